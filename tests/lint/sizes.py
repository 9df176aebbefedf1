# SPDX-License-Identifier: Apache-2.0
"""How long a file and a function may be, and how many parameters a function may have."""

from house import PRODUCT, Finding, Plant, functions

SOURCE_LINES_MAX = 600
HEADER_LINES_MAX = 300
FUNCTION_LINES_MAX = 80
PARAMETERS_MAX = 5

# Files that may be longer, each with its reason.
LONGER = {}
# Functions whose parameters somebody else decided, by file and the beginning of their names.
DICTATED = {
    "alloc/wall_jemalloc.c": ("hook_",),  # jemalloc's extent hooks
    "server/stats/stats_answer.c": ("stats_answer",),  # libmicrohttpd's access handler
    "server/stats/stats_state.h": ("stats_answer",),
    "alloc/budget.c": ("budget_add",),  # five, and what its format asks for
    "alloc/budget.h": ("budget_add",),
    "server/zone/master_problem.c": ("master_problems_add",),  # the same
    "server/zone/master_problem.h": ("master_problems_add",),
}


def check(tree):
    findings = []
    for path in tree.c_files():
        lines = tree.text(path).count("\n")
        limit = SOURCE_LINES_MAX if path.endswith(".c") else HEADER_LINES_MAX
        if lines > limit and path not in LONGER:
            findings.append(Finding(path, lines, "file-size", f"{lines} lines, at most {limit}"))
        product = path.split("/")[0] in PRODUCT
        for function in functions(tree.code(path)):
            if function.defined and function.lines > FUNCTION_LINES_MAX:
                findings.append(
                    Finding(
                        path,
                        function.line,
                        "function-size",
                        f"{function.name} has {function.lines} lines, at most {FUNCTION_LINES_MAX}",
                    )
                )
            dictated = function.name.startswith(DICTATED.get(path, ("\0",)))
            if product and function.parameters > PARAMETERS_MAX and not dictated:
                findings.append(
                    Finding(
                        path,
                        function.line,
                        "parameters",
                        f"{function.name} has {function.parameters} parameters, at most {PARAMETERS_MAX}",
                    )
                )
    return findings


_LONG = "int f(void)\n{\n" + "    g();\n" * 78 + "}\n"
PLANTED = [
    Plant({"alloc/a.c": "\n" * 601}, "alloc/a.c", 601, "file-size"),
    Plant({"alloc/a.h": "\n" * 301}, "alloc/a.h", 301, "file-size"),
    Plant({"tests/unit/t.c": "\n" * 601}, "tests/unit/t.c", 601, "file-size"),
    Plant({"alloc/a.c": "struct s {\n    int x;\n};\n\nstatic " + _LONG}, "alloc/a.c", 5, "function-size"),
    Plant({"alloc/a.c": "Test(a, b, .timeout = 10)\n{\n" + "    g();\n" * 78 + "}\n"}, "alloc/a.c", 1, "function-size"),
    Plant({"alloc/a.h": "\nvoid f(int a, int b, int c,\n       int d, int e, int f);\n"}, "alloc/a.h", 2, "parameters"),
    Plant(
        {"alloc/a.c": "static const int t[] = {1, 2};\nint f(int a, void (*b)(int, int), int c, int d, int e, int g)\n{\n}\n"},
        "alloc/a.c",
        2,
        "parameters",
    ),
]
CLEAN = {
    "alloc/a.c": "\n" * 600,
    "alloc/a.h": "\n" * 298 + "void f(int a, int b, void (*c)(int, int, int, int), int d, int e);\n",
    "alloc/b.c": "static const int t[] = {\n" + "    1,\n" * 200 + "};\n\n" + _LONG.replace("    g();\n", "", 1),
    "alloc/c.c": "int f(void)\n{\n    return g(1, 2, 3, 4, 5, 6);\n}\n",
}
