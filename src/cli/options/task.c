/* SPDX-License-Identifier: MIT */
#include "cli/options/task.h"

#include <stddef.h>

const char *lnt_cli_task_name(int task)
{
    static const char *const names[] = {[LNT_CLI_TASK_AUTO] = "auto",
                                        [LNT_CLI_CLASSIFY] = "classify",
                                        [LNT_CLI_REGRESS] = "regress"};
    return task >= 0 && task <= LNT_CLI_REGRESS ? names[task] : NULL;
}
