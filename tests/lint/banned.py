# SPDX-License-Identifier: Apache-2.0
"""Calls and forms that have no place here, each with the folders where it has one after all."""

import re

from house import PRODUCT, Finding, Plant, folder_of, functions, line_of, stem_of

# (rule, names, folders or files that may, why not elsewhere)
CALLS = [
    (
        "allocator",
        "malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf getline posix_memalign "
        "aligned_alloc memalign valloc open_memstream",
        ("alloc",),
        "memory comes from alloc/",
    ),
    ("thread", "pthread_create uv_thread_create uv_thread_create_ex thrd_create", ("threadpool",), "threads come from threadpool/"),
    (
        "libuv-pool",
        "uv_queue_work uv_getaddrinfo uv_getnameinfo uv_random uv_loop_configure_pool",
        (),
        "libuv's own pool starts threads by itself",
    ),
    ("stack", "alloca strdupa strndupa", (), "the stack is bounded"),
    (
        "string",
        "strcpy strcat sprintf vsprintf gets strtok scanf sscanf fscanf stpcpy",
        (),
        "it writes without a bound, or keeps state",
    ),
    ("random", "rand srand random srandom rand_r drand48", (), "randomness comes from server/base"),
    ("resolver", "getaddrinfo gethostbyname gethostbyaddr getnameinfo", (), "a name server asks nobody through libc"),
    ("process", "system popen fork vfork daemon", (), "the process starts no other"),
]
# In test code memory may come from anywhere; what is wrong everywhere stays wrong there.
EVERYWHERE = {"stack", "libuv-pool"}

# The only files that may end the process, and the ones that test tools need.
ENDING = "abort exit _exit quick_exit _Exit"

# Uses of what a rule forbids that have a reason: (file, rule) -> the reason.
REASONED = {}

_CALL = {
    rule: re.compile(r"(?<![\w.>])(" + "|".join(names.split()) + r")\s*\(") for rule, names, _, _ in CALLS
}
_END = re.compile(r"(?<![\w.>])(" + "|".join(ENDING.split()) + r")\s*\(")
_FS = re.compile(r"\buv_fs_\w+\s*\(")
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else)\b", re.MULTILINE)
_VOLATILE = re.compile(r"\bvolatile\b(?!\s+sig_atomic_t)")
_NOT_RECURSION = {"if", "for", "while", "switch", "sizeof", "return"}


def _lines(code, pattern):
    return [(line_of(code, match.start()), match.group(1 if pattern.groups else 0)) for match in pattern.finditer(code)]


def _check_product(path, text, code):
    found = []
    folder = folder_of(path)
    main_file = folder in ("server/plimsolld", "server/plimsollctl") and stem_of(path) in (
        "main",
        "plimsolld",
        "plimsollctl",
        "plimsolld_main",
        "plimsollctl_main",
    )
    for rule, _, folders, why in CALLS:
        if folder not in folders:
            found += [(line, rule, f"{name}(): {why}") for line, name in _lines(code, _CALL[rule])]
    found += [(line, "libuv-pool", "uv_fs_*: libuv's own pool starts threads by itself") for line, _ in _lines(code, _FS)]
    if not main_file:
        found += [(line, "end", f"{name}(): a failure is a result, the main file ends the program") for line, name in _lines(code, _END)]
    reasons = text.split("\n")
    found += [
        (line, "volatile", "volatile is no synchronisation; for anything else say why: /* volatile: … */")
        for line, _ in _lines(code, _VOLATILE)
        if "* volatile:" not in reasons[line - 1]
    ]
    for function in functions(code):
        if function.defined and function.name not in _NOT_RECURSION:
            call = re.search(r"(?<![\w.>])" + function.name + r"\s*\(", function.body)
            if call:
                line = function.body_line + function.body.count("\n", 0, call.start())
                found.append((line, "recursion", f"{function.name} calls itself"))
    return found


def check(tree):
    findings = []
    for path in tree.c_files():
        code = tree.code(path)
        found = []
        if path.split("/")[0] in PRODUCT:
            found = _check_product(path, tree.text(path), code)
        else:
            for rule, _, _, why in CALLS:
                if rule in EVERYWHERE:
                    found += [(line, rule, f"{name}(): {why}") for line, name in _lines(code, _CALL[rule])]
        if path.endswith(".c"):
            found += [
                (line, "condition", "an optional feature is an alternative file behind the same header")
                for line, _ in _lines(code, _CONDITION)
            ]
        findings += [Finding(path, line, rule, message) for line, rule, message in found if (path, rule) not in REASONED]
    # Variable-length arrays are the compiler's to find; what is checked here is that it is told to.
    if tree.has("meson.build"):
        for flag in ("-Wvla", "-Walloca"):
            if f"'{flag}'" not in tree.text("meson.build"):
                findings.append(Finding("meson.build", 1, "vla", f"the compiler is not asked for {flag}"))
    return findings


def _plant(line, rule, path="server/wire/w.c", number=1):
    return Plant({path: "\n" * (number - 1) + line + "\n"}, path, number, rule)


PLANTED = [
    _plant("void *p = malloc(1);", "allocator", number=3),
    _plant("free (p);", "allocator"),
    _plant("char *s = strdup(t);", "allocator", path="server/config/c.c"),
    _plant("pthread_create(&t, NULL, f, NULL);", "thread"),
    _plant("uv_thread_create(&t, f, NULL);", "thread", path="server/net/n.c"),
    _plant("uv_queue_work(loop, r, f, g);", "libuv-pool", path="threadpool/t.c"),
    _plant("uv_fs_open(loop, r, p, 0, 0, NULL);", "libuv-pool", path="threadpool/t.c"),
    _plant("uv_getaddrinfo(loop, r, f, n, s, NULL);", "libuv-pool", path="server/net/n.c"),
    _plant("uv_getnameinfo(loop, r, f, a, 0);", "libuv-pool", path="server/net/n.c"),
    _plant("p = alloca(n);", "stack"),
    _plant("strcpy(a, b);", "string"),
    _plant("p = alloca(n);", "stack", path="tests/unit/t.c"),
    _plant("strcat(a, b);", "string"),
    _plant('sprintf(a, "x");', "string"),
    _plant("gets(a);", "string"),
    _plant('strtok(a, ",");', "string"),
    _plant("x = rand();", "random"),
    _plant("getaddrinfo(a, b, c, d);", "resolver"),
    _plant('system("true");', "process"),
    _plant("abort();", "end"),
    _plant("exit(1);", "end", path="server/plimsolld/start.c"),
    _plant("#ifdef HAVE_X", "condition"),
    _plant("#  if X", "condition", path="tests/unit/t.c"),
    _plant("static volatile int stop;", "volatile"),
    Plant({"server/wire/w.c": "int walk(int x)\n{\n    int y;\n    return walk(x - 1);\n}\n"}, "server/wire/w.c", 4, "recursion"),
    Plant({"meson.build": "args = ['-Wvla']\n"}, "meson.build", 1, "vla"),
]
CLEAN = {
    "alloc/a.c": "void *p = malloc(1);\nfree(p);\n",
    "threadpool/t.c": "pthread_create(&t, NULL, f, NULL);\n",
    "server/wire/w.c": "/* malloc(1) */ const char *s = \"free(1)\";\nobject->free(object);\nmy_malloc(1);\n"
    "static volatile sig_atomic_t stop;\nvolatile char *p; /* volatile: the writes are the purpose */\nint once(void)\n{\n    return twice();\n}\n",
    "server/wire/w.h": "#ifdef X\n#endif\nvoid walk(int x);\n",
    "server/plimsolld/plimsolld.c": "exit(78);\n",
    "tests/unit/t.c": "p = malloc(1);\nexit(1);\n",
    "meson.build": "args = ['-Wvla', '-Walloca']\n",
}
