/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "data/prepare/strata.h"

#include <linnet/random.h>
#include <math.h>

/* A stratified split without allocation. The rows are sorted by class, and the rows of each class
 * are shuffled. The first few of each class are marked for validation in the top bit, which row
 * numbers do not use. */

typedef struct strata {
    const lnt_tensor *labels; /* [rows, 1] */
    size_t *index;            /* sorted by class */
    size_t rows;
    size_t n_validation; /* total number of validation rows */
} strata;

/* The validation rows of a class (largest remainder method): the integer part of
 * n_validation·size/rows, and possibly one more. */
typedef struct quota {
    size_t whole;
    size_t remainder; /* remainder of the division by rows */
    bool can_grow;    /* one more leaves at least one row for training */
} quota;

static quota quota_of(const strata *s, size_t size)
{
    const size_t whole = s->n_validation * size / s->rows;
    return (quota){whole, s->n_validation * size % s->rows, whole + 2 <= size};
}

/* Counts the classes that can grow and have a remainder of at least `least`. */
static size_t count_remainders(const strata *s, size_t least)
{
    size_t count = 0;
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        const quota q = quota_of(s, end - begin);
        count += q.can_grow && q.remainder >= least;
    }
    return count;
}

static size_t sum_wholes(const strata *s)
{
    size_t sum = 0;
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        sum += quota_of(s, end - begin).whole;
    }
    return sum;
}

/* The smallest remainder that at most `seats` classes reach. */
static size_t find_threshold(const strata *s, size_t seats)
{
    size_t low = 0, high = s->rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (count_remainders(s, middle) <= seats) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return high;
}

static void mark_validation(const strata *s, lnt_random *random)
{
    const size_t seats = s->n_validation - sum_wholes(s);
    const size_t threshold = find_threshold(s, seats);
    size_t ties =
        seats -
        count_remainders(s, threshold); /* seats for the first classes just below the threshold */
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        const quota q = quota_of(s, end - begin);
        size_t count = q.whole;
        if (q.can_grow && q.remainder >= threshold) {
            count++;
        } else if (q.can_grow && ties > 0 && q.remainder + 1 == threshold) {
            count++;
            ties--;
        }
        lnt_random_shuffle(random, s->index + begin, end - begin);
        for (size_t i = begin; i < begin + count; i++) {
            s->index[i] |= LNT_MARK;
        }
    }
}

/* Moves unmarked rows to the front; returns their number. */
static size_t partition(size_t *index, size_t rows)
{
    size_t first = 0;
    for (size_t i = 0; i < rows; i++) {
        const size_t row = index[i];
        if ((row & LNT_MARK) == 0) {
            index[i] = index[first];
            index[first++] = row;
        }
    }
    for (size_t i = first; i < rows; i++) {
        index[i] &= ~LNT_MARK;
    }
    return first;
}

static size_t validation_rows(size_t rows, double fraction)
{
    if (rows < 2 || fraction == 0) {
        return 0;
    }
    const double n_validation = round(fraction * (double) rows);
    return n_validation < 1                     ? 1
           : n_validation > (double) (rows - 1) ? rows - 1
                                                : (size_t) n_validation;
}

lnt_status lnt_train_test_split(size_t rows, double fraction, const lnt_tensor *labels,
                                uint64_t seed, size_t *index, size_t *n_first)
{
    if (n_first == NULL || (index == NULL && rows > 0)) {
        return LNT_ERR_NULL;
    }
    if (!(fraction >= 0 && fraction < 1)) {
        return LNT_ERR_INVALID;
    }
    if (labels != NULL) {
        LNT_TRY(lnt_strata_check(labels, rows));
    }
    for (size_t i = 0; i < rows; i++) {
        index[i] = i;
    }
    lnt_random random = lnt_random_init(seed, LNT_STREAM_SPLIT);
    size_t first = rows - validation_rows(rows, fraction);
    if (labels != NULL && first < rows) {
        const strata s = {labels, index, rows, rows - first};
        lnt_strata_sort(labels, index);
        mark_validation(&s, &random);
        first = partition(index, rows);
        lnt_random_shuffle(&random, index, first);
        lnt_random_shuffle(&random, index + first, rows - first);
    } else {
        lnt_random_shuffle(&random, index, rows);
    }
    *n_first = first;
    return LNT_OK;
}
