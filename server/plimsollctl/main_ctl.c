// SPDX-License-Identifier: Apache-2.0
#include "server/plimsollctl/ctl.h"

int main(int argc, char **argv)
{
    return (int)ctl_run(argc, argv, stdout, stderr);
}
