/* SPDX-License-Identifier: MIT */
#include "base/intern.h"
#include "base/sort.h"

#include "support/assert.h"
#include <linnet/random.h>
#include <stdbool.h>
#include <stdio.h>

static int compare_values(size_t a, size_t b, const void *context)
{
    const uint32_t *const values = context;
    return (values[a] > values[b]) - (values[a] < values[b]);
}

Test(intern, sort)
{
    enum { MOST = 200 };
    lnt_random random = lnt_random_init(3, 3);
    for (size_t count = 0; count <= MOST; count++) {
        uint32_t values[MOST];
        size_t index[MOST];
        bool seen[MOST] = {false};
        for (size_t i = 0; i < count; i++) {
            values[i] = (uint32_t) lnt_random_bounded(&random, 50);
            index[i] = i;
        }
        lnt_sort(index, count, compare_values, values);
        for (size_t i = 0; i < count; i++) {
            if (i != 0) {
                assert_le(values[index[i - 1]], values[index[i]]);
            }
            cr_assert_not(seen[index[i]]);
            seen[index[i]] = true;
        }
    }
}

Test(intern, intern)
{
    enum { COUNT_OF_TEXTS = 5000 };
    lnt_intern set = lnt_intern_init(NULL);
    char text[32];
    size_t number, length = 0;
    assert_eq(lnt_intern_find(&set, "x", 1), SIZE_MAX);
    for (size_t i = 0; i < COUNT_OF_TEXTS; i++) {
        const size_t bytes = (size_t) snprintf(text, sizeof text, "%zu", i * i);
        assert_status(lnt_intern_add(&set, text, bytes, &number), LNT_OK);
        assert_eq(number, i);
        length += bytes;
    }
    assert_eq(set.count, COUNT_OF_TEXTS);
    assert_eq(set.length, length);
    for (size_t i = 0; i < COUNT_OF_TEXTS; i++) {
        const size_t bytes = (size_t) snprintf(text, sizeof text, "%zu", i * i);
        assert_eq(lnt_intern_find(&set, text, bytes), i);
        assert_status(lnt_intern_add(&set, text, bytes, &number), LNT_OK);
        assert_eq(number, i);
        assert_str_eq(lnt_intern_get(&set, i), text);
    }
    assert_eq(lnt_intern_find(&set, "2", 1), SIZE_MAX);
    lnt_intern_finish(&set);
    assert_eq(set.count, 0);
}
