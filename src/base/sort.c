/* SPDX-License-Identifier: MIT */
#include "base/sort.h"

/* Moves index[root] down until no child of it is larger: index[root .. count) is then a heap. */
static void sift_down(size_t *index, size_t root, size_t count, lnt_compare compare,
                      const void *context)
{
    const size_t item = index[root];
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(index[child], index[child + 1], context) < 0) {
            child++;
        }
        if (compare(item, index[child], context) >= 0) {
            break;
        }
        index[root] = index[child];
    }
    index[root] = item;
}

void lnt_sort(size_t *index, size_t count, lnt_compare compare, const void *context)
{
    for (size_t root = count / 2; root-- > 0;) {
        sift_down(index, root, count, compare, context);
    }
    for (size_t last = count; last-- > 1;) {
        const size_t largest = index[0];
        index[0] = index[last];
        index[last] = largest;
        sift_down(index, 0, last, compare, context);
    }
}
