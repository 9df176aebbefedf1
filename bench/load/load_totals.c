// SPDX-License-Identifier: Apache-2.0
#include "bench/load/load_totals.h"

#include <sys/resource.h>
#include <time.h>

uint64_t load_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

void load_totals_add_answer(struct load_totals *totals, const struct load_question *question,
                            const uint8_t *answer, size_t size, uint32_t sample)
{
    enum load_verdict verdict = load_check_answer(question, answer, size);
    totals->answered++;
    totals->answer_bytes += size;
    if (verdict == CHECK_RIGHT && sample != 0 && totals->answered % sample == 0) {
        totals->sampled++;
        verdict = load_check_records(answer, size);
    }
    totals->verdicts[verdict]++;
    if (size >= QUESTION_HEADER_SIZE) {
        totals->rcodes[answer[3] & 0x0f]++;
        totals->truncated += (answer[2] >> 1) & 1;
    }
}

void load_totals_add_latency(struct load_totals *totals, uint64_t sent_ns, uint64_t now_ns)
{
    load_histogram_add(&totals->latency, now_ns > sent_ns ? now_ns - sent_ns : 0);
    totals->last_answer_ns = now_ns;
}

static double microseconds(uint64_t ns)
{
    return (double)ns / 1000.0;
}

static void write_latency(const struct load_histogram *latency, FILE *stream)
{
    uint64_t mean_ns = latency->count ? latency->sum_ns / latency->count : 0;
    fprintf(stream,
            "  \"latency_us\": {\"mean\": %.1f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, "
            "\"p999\": %.1f, \"max\": %.1f},\n",
            microseconds(mean_ns), microseconds(load_histogram_quantile(latency, 500)),
            microseconds(load_histogram_quantile(latency, 900)),
            microseconds(load_histogram_quantile(latency, 990)),
            microseconds(load_histogram_quantile(latency, 999)), microseconds(latency->max_ns));
}

static void write_counts(const struct load_totals *totals, FILE *stream)
{
    const char *separator = "";
    fputs("  \"verdicts\": {", stream);
    for (uint32_t i = 0; i < CHECK_COUNT; i++) {
        fprintf(stream, "%s\"%s\": %lu", separator, load_check_name(i), totals->verdicts[i]);
        separator = ", ";
    }
    separator = "";
    fputs("},\n  \"rcodes\": {", stream);
    for (uint32_t i = 0; i < LOAD_RCODES; i++) {
        if (totals->rcodes[i] != 0) {
            fprintf(stream, "%s\"%s\": %lu", separator, load_rcode_name(i), totals->rcodes[i]);
            separator = ", ";
        }
    }
    fputs("},\n", stream);
}

enum result load_totals_write(const struct load_totals *totals, const char *transport, FILE *stream)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    double seconds = 0;
    if (totals->last_answer_ns > totals->first_sent_ns) {
        seconds = (double)(totals->last_answer_ns - totals->first_sent_ns) / 1e9;
    }
    uint64_t wrong = totals->answered - totals->verdicts[CHECK_RIGHT];
    fprintf(stream, "{\n  \"transport\": \"%s\",\n  \"seconds\": %.6f,\n", transport, seconds);
    fprintf(stream, "  \"qps\": %.1f,\n", seconds > 0 ? (double)totals->answered / seconds : 0.0);
    fprintf(stream, "  \"sent\": %lu,\n  \"answered\": %lu,\n  \"lost\": %lu,\n", totals->sent,
            totals->answered, totals->lost);
    fprintf(stream, "  \"wrong\": %lu,\n  \"stray\": %lu,\n  \"held\": %lu,\n", wrong,
            totals->stray, totals->held);
    fprintf(stream, "  \"refused\": %lu,\n  \"reopened\": %lu,\n", totals->refused,
            totals->reopened);
    fprintf(stream, "  \"truncated\": %lu,\n  \"sampled\": %lu,\n", totals->truncated,
            totals->sampled);
    fprintf(stream, "  \"answer_bytes_mean\": %.1f,\n",
            totals->answered ? (double)totals->answer_bytes / (double)totals->answered : 0.0);
    write_counts(totals, stream);
    write_latency(&totals->latency, stream);
    fprintf(stream, "  \"own_cpu_seconds\": %.3f\n}\n",
            (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    return fflush(stream) == 0 && !ferror(stream) ? OK : ERROR_IO;
}
