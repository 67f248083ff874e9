/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "data/prepare/strata.h"

#include <linnet/random.h>
#include <math.h>

/*
 * A stratified split that allocates nothing: the rows are sorted by class, those of each class are
 * shuffled, and the first few of each are marked for validation in their upmost bit, which no row
 * number needs.
 */

typedef struct strata {
    const lnt_tensor *labels; /* [rows, 1] */
    size_t *index;            /* sorted by class */
    size_t rows;
    size_t wanted; /* validation rows in all */
} strata;

/* What a class gets: the whole part of wanted·size/rows, and perhaps one more. */
typedef struct share {
    size_t whole;
    size_t remainder; /* of the division by rows */
    bool room;        /* one more still leaves a row for training */
} share;

static share share_of(const strata *s, size_t size)
{
    const size_t whole = s->wanted * size / s->rows;
    return (share){whole, s->wanted * size % s->rows, whole + 2 <= size};
}

/* Classes that have room and a remainder of at least `least`. */
static size_t count_remainders(const strata *s, size_t least)
{
    size_t count = 0;
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        const share part = share_of(s, end - begin);
        count += part.room && part.remainder >= least;
    }
    return count;
}

static size_t sum_wholes(const strata *s)
{
    size_t sum = 0;
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        sum += share_of(s, end - begin).whole;
    }
    return sum;
}

/* The smallest remainder that no more than `places` classes reach. */
static size_t find_threshold(const strata *s, size_t places)
{
    size_t low = 0, high = s->rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (count_remainders(s, middle) <= places) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return high;
}

static void mark_validation(const strata *s, lnt_random *random)
{
    const size_t places = s->wanted - sum_wholes(s);
    const size_t threshold = find_threshold(s, places);
    size_t ties = places - count_remainders(s, threshold); /* go to the first classes below it */
    for (size_t begin = 0, end; begin < s->rows; begin = end) {
        end = lnt_strata_end(s->labels, s->index, begin);
        const share part = share_of(s, end - begin);
        size_t count = part.whole;
        if (part.room && part.remainder >= threshold) {
            count++;
        } else if (part.room && ties > 0 && part.remainder + 1 == threshold) {
            count++;
            ties--;
        }
        lnt_random_shuffle(random, s->index + begin, end - begin);
        for (size_t i = begin; i < begin + count; i++) {
            s->index[i] |= LNT_MARK;
        }
    }
}

/* Unmarked rows come first; returns their number. */
static size_t part_by_mark(size_t *index, size_t rows)
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
    const double wanted = round(fraction * (double) rows);
    return wanted < 1 ? 1 : wanted > (double) (rows - 1) ? rows - 1 : (size_t) wanted;
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
        first = part_by_mark(index, rows);
        lnt_random_shuffle(&random, index, first);
        lnt_random_shuffle(&random, index + first, rows - first);
    } else {
        lnt_random_shuffle(&random, index, rows);
    }
    *n_first = first;
    return LNT_OK;
}
