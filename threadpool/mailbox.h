// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "alloc/result.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A mailbox: the one way by which a thread hands something to another thread's loop.
 *
 * Letters are a function, a context pointer and a value, put into fixed places; when all are taken
 * the push says FULL and the sender decides. Returns are the answer to something the receiver asked
 * for: intrusive, owned by the asker, so they need no place and can never be refused. The order of
 * letters of one sender is kept; returns are delivered before letters.
 *
 * Threads: push, return and wake from any; deliver from the owner only. Nothing here waits or
 * allocates after mailbox_init. Cost: 32 bytes a place, account `program`.
 */
#define MAILBOX_PLACES_MAX 65536u

/** Runs on the owner's thread, from mailbox_deliver(), never inside the push. */
typedef void (*mailbox_fn)(void *context, uint64_t value);
/** Wakes the owner; called by pushing threads, so it must be safe from any (uv_async_send is). */
typedef void (*mailbox_wake_fn)(void *context);

struct mailbox_slot;

/** Embedded in whatever a thread will be answered with; given to one mailbox at a time. */
struct mailbox_note {
    struct mailbox_note *next;
    void (*deliver)(struct mailbox_note *note);
};

struct mailbox_state {
    uint32_t limit;
    uint32_t used;
    uint32_t high_water;
    uint64_t refused;
};

struct mailbox {
    struct mailbox_slot *slots; /* owned */
    uint32_t slot_count;        /* a power of two */
    mailbox_wake_fn wake;
    void *wake_context;                   /* borrowed (from the owner, for the mailbox's life) */
    _Alignas(64) _Atomic uint32_t tail;   /* next place to push to; senders */
    _Atomic uint32_t high_water;          /* senders, relaxed */
    _Atomic uint64_t refused;             /* senders, relaxed */
    _Atomic(struct mailbox_note *) notes; /* a stack; senders push, the owner takes all */
    _Alignas(64) _Atomic uint32_t head;   /* next place to deliver; written by the owner */
};

/**
 * Prepares a mailbox.
 *
 * places    how many letters it holds, 1..MAILBOX_PLACES_MAX, rounded up to a power of two (2 at
 *           least)
 * wake      may be NULL (tests that deliver by hand)
 * returns   OK or REFUSED_MEMORY
 */
RESULT_MUST_CHECK enum result mailbox_init(struct mailbox *mailbox, uint32_t places,
                                           mailbox_wake_fn wake, void *wake_context);
/** Gives the places back; what was not delivered is forgotten. Accepts a zeroed mailbox. */
void mailbox_deinit(struct mailbox *mailbox);
/** Puts a letter in and wakes the owner. OK, or FULL (counted; nobody is woken). */
RESULT_MUST_CHECK enum result mailbox_push(struct mailbox *mailbox, mailbox_fn deliver,
                                           void *context, uint64_t value);
/** Hands a note over and wakes the owner; always possible. The note belongs to the mailbox until
 * its function runs. */
void mailbox_return(struct mailbox *mailbox, struct mailbox_note *note);
/** Wakes the owner without a letter. */
void mailbox_wake(struct mailbox *mailbox);
/**
 * Delivers all notes and at most `count_max` letters.
 *
 * returns   OK when nothing is left; MORE when letters are left (call again in a later turn)
 */
RESULT_MUST_CHECK enum result mailbox_deliver(struct mailbox *mailbox, uint32_t count_max);
/** Any thread; each field is exact, and read one after the other. */
struct mailbox_state mailbox_read(const struct mailbox *mailbox);
/** What mailbox_init(places) charges. */
size_t mailbox_cost_bytes(uint32_t places);
