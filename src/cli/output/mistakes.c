/* SPDX-License-Identifier: MIT */
#include "cli/output/mistakes.h"

#include <stdlib.h>

/* The most frequent first, equal ones in order of their classes. */
static int by_weight(const void *a, const void *b)
{
    const lnt_confusion_entry *x = a, *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    if (x->truth != y->truth) {
        return x->truth < y->truth ? -1 : 1;
    }
    return x->predicted < y->predicted ? -1 : 1;
}

lnt_status lnt_cli_mistakes_init(lnt_cli_mistakes *mistakes, const lnt_cli_metrics *metrics)
{
    *mistakes = (lnt_cli_mistakes){0};
    mistakes->items = calloc(metrics->n_confusion + 1, sizeof *mistakes->items);
    if (mistakes->items == NULL) {
        return LNT_ERR_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < metrics->n_confusion; i++) {
        if (metrics->confusion[i].truth != metrics->confusion[i].predicted) {
            mistakes->items[count++] = metrics->confusion[i];
        }
    }
    qsort(mistakes->items, count, sizeof *mistakes->items, by_weight);
    mistakes->count = count < LNT_CLI_CLASSES_SHOWN ? count : LNT_CLI_CLASSES_SHOWN;
    mistakes->left_out = count - mistakes->count;
    return LNT_OK;
}

void lnt_cli_mistakes_clear(lnt_cli_mistakes *mistakes)
{
    free(mistakes->items);
}
