/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "tensor/product/product.h"

#include <stdlib.h>

/*
 * The library's own products, every variant that this processor can run, against a naive loop under
 * the bound of any order of the sums; guarded surroundings; and the bits of parts.
 */
enum { GUARD = 16 };
#define GUARD_VALUE 12345.0

typedef struct guarded_matrix {
    lnt_dtype dtype;
    void *store;
    void *data;
    size_t rows, cols;
    ptrdiff_t row, col;
    size_t count;
} guarded_matrix;

static double get(const guarded_matrix *m, size_t i, size_t j)
{
    const ptrdiff_t at = (ptrdiff_t) i * m->row + (ptrdiff_t) j * m->col;
    return m->dtype == LNT_F32 ? (double) ((float *) m->data)[at] : ((double *) m->data)[at];
}

static void put(const guarded_matrix *m, ptrdiff_t at, double value)
{
    if (m->dtype == LNT_F32) {
        ((float *) m->data)[at] = (float) value;
    } else {
        ((double *) m->data)[at] = value;
    }
}

/* Rows `more` elements longer than need be; by columns if `turned`. Guards before and behind. */
static guarded_matrix create(lnt_dtype dtype, size_t rows, size_t cols, bool turned, size_t more,
                             uint32_t *state)
{
    guarded_matrix m = {.dtype = dtype, .rows = rows, .cols = cols};
    const size_t lines = turned ? cols : rows, length = (turned ? rows : cols) + more;
    m.row = turned ? 1 : (ptrdiff_t) length;
    m.col = turned ? (ptrdiff_t) length : 1;
    m.count = lines * length;
    m.store = calloc(m.count + 2 * GUARD, lnt_dtype_size(dtype));
    cr_assert(m.store != NULL);
    m.data = (char *) m.store + GUARD * lnt_dtype_size(dtype);
    for (ptrdiff_t i = -GUARD; i < (ptrdiff_t) m.count + GUARD; i++) {
        put(&m, i, GUARD_VALUE);
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            *state = *state * 1664525u + 1013904223u;
            put(&m, (ptrdiff_t) i * m.row + (ptrdiff_t) j * m.col,
                (double) (*state >> 8) / (1 << 23) - 1);
        }
    }
    return m;
}

/* Nothing but the elements was written. */
static bool is_guarded(const guarded_matrix *m)
{
    const guarded_matrix flat = {.dtype = m->dtype, .data = m->data, .row = 1};
    for (size_t i = 0; i < GUARD; i++) {
        const guarded_matrix before = {
            .dtype = m->dtype, .data = m->store, .row = 1, .rows = 1, .cols = 1};
        if (get(&before, i, 0) != GUARD_VALUE || get(&flat, m->count + i, 0) != GUARD_VALUE) {
            return false;
        }
    }
    for (size_t i = 0; m->row > 1 && i < m->rows; i++) {
        for (size_t j = m->cols; j < (size_t) m->row; j++) {
            if (get(m, i, j) != GUARD_VALUE) {
                return false;
            }
        }
    }
    return true;
}

typedef struct problem {
    lnt_dtype dtype;
    size_t m, n, k;
    bool a_turned, b_turned, padded, add, bias;
    lnt_finish finish;
} problem;

static double finished(lnt_finish finish, double z, double y)
{
    switch (finish) {
    case LNT_FINISH_RELU:
        return z < 0 ? 0 : z;
    case LNT_FINISH_RELU_SLOPE:
        return y <= 0 ? 0 : z;
    case LNT_FINISH_TANH_SLOPE:
        return z * (1 - y * y);
    case LNT_FINISH_SIGMOID_SLOPE:
        return z * y * (1 - y);
    default:
        return z;
    }
}

/* The operands of a problem, and what C held. */
typedef struct operands {
    guarded_matrix a, b, c, bias, y;
    double *before;
    lnt_product product;
    void *scratch;
} operands;

static operands set_up(const problem *p)
{
    uint32_t state = 7;
    const size_t more = p->padded ? 3 : 0;
    operands o = {.a = create(p->dtype, p->m, p->k, p->a_turned, more, &state),
                  .b = create(p->dtype, p->k, p->n, p->b_turned, more, &state),
                  .c = create(p->dtype, p->m, p->n, false, more, &state),
                  .bias = create(p->dtype, 1, p->n, false, 0, &state),
                  .y = create(p->dtype, p->m, p->n, false, more, &state),
                  .before = calloc(p->m * p->n + 1, sizeof(double))};
    for (size_t i = 0; i < p->m * p->n; i++) {
        o.before[i] = get(&o.c, i / p->n, i % p->n);
    }
    o.product = (lnt_product){.dtype = p->dtype,
                              .m = p->m,
                              .n = p->n,
                              .k = p->k,
                              .a = o.a.data,
                              .a_row = o.a.row,
                              .a_col = o.a.col,
                              .b = o.b.data,
                              .b_row = o.b.row,
                              .b_col = o.b.col,
                              .b_slack = !p->b_turned, /* the guard */
                              .c = o.c.data,
                              .c_row = o.c.row,
                              .add = p->add,
                              .bias = p->bias ? o.bias.data : NULL,
                              .finish = p->finish,
                              .y = p->finish > LNT_FINISH_RELU ? o.y.data : NULL,
                              .y_row = o.y.row};
    o.scratch = lnt_allocate(NULL, lnt_product_scratch(&o.product), 1);
    cr_assert(o.scratch != NULL && o.before != NULL);
    return o;
}

static void clean_up(operands *o)
{
    lnt_release(NULL, o->scratch);
    free(o->before);
    guarded_matrix *const all[] = {&o->a, &o->b, &o->c, &o->bias, &o->y};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]->store);
    }
}

static void check(const problem *p, const operands *o, const char *how)
{
    const double u = p->dtype == LNT_F32 ? 0x1p-24 : 0x1p-53;
    const double s = (double) (p->k + 6) * u, gamma = s / (1 - s);
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            long double sum = p->add ? (long double) o->before[i * p->n + j] : 0, size = fabsl(sum);
            for (size_t l = 0; l < p->k; l++) {
                const long double term =
                    (long double) get(&o->a, i, l) * (long double) get(&o->b, l, j);
                sum += term;
                size += fabsl(term);
            }
            if (p->bias) {
                sum += (long double) get(&o->bias, 0, j);
                size += fabsl((long double) get(&o->bias, 0, j));
            }
            const double exact = finished(p->finish, (double) sum, get(&o->y, i, j));
            const double error = fabs(get(&o->c, i, j) - exact);
            cr_assert(error <= 2 * gamma * (double) size,
                      "%s, %s [%zu, %zu, %zu] A%d B%d padded %d add %d bias %d finish %d at "
                      "(%zu, %zu): %g, not %g",
                      how, lnt_dtype_name(p->dtype), p->m, p->n, p->k, p->a_turned, p->b_turned,
                      p->padded, p->add, p->bias, (int) p->finish, i, j, get(&o->c, i, j), exact);
        }
    }
    cr_assert(is_guarded(&o->c), "%s [%zu, %zu, %zu]: memory around C changed", how, p->m, p->n,
              p->k);
}

/* One variant's loops, with and without copies of A and B. */
static void check_variant(const problem *p, const lnt_product_variant *variant)
{
    for (int packed = 0; packed < 4; packed++) {
        const bool pack_a = (packed & 1) != 0, pack_b = (packed & 2) != 0 || p->b_turned;
        if ((packed & 2) == 0 && p->b_turned) {
            continue;
        }
        operands o = set_up(p);
        o.product.pack_a = pack_a;
        o.product.pack_b = pack_b;
        void *scratch = lnt_allocate(NULL, 1 << 22, 1);
        const bool f64 = p->dtype == LNT_F64;
        const bool one = !pack_a && p->k <= LNT_PRODUCT_DEPTH;
        (one ? variant->one : variant->blocks)[f64](&o.product, scratch);
        check(p, &o, variant->name);
        if (p->m == 1 && packed == 0 && !p->add) {
            variant->row[f64](&o.product, scratch);
            check(p, &o, "one row");
        }
        lnt_release(NULL, scratch);
        clean_up(&o);
    }
}

static void check_all(const problem *p)
{
    for (size_t v = 0; lnt_product_variant_at(v) != NULL; v++) {
        check_variant(p, lnt_product_variant_at(v));
    }
    for (int form = LNT_PRODUCT_OWN; form <= LNT_PRODUCT_BLAS; form++) {
        operands o = set_up(p);
        lnt_product_plan(&o.product, (lnt_product_form) form);
        lnt_product_share(&o.product, (lnt_share){0, 1}, o.scratch);
        check(p, &o, form == LNT_PRODUCT_OWN ? "own, planned" : "BLAS");
        clean_up(&o);
    }
}

static const size_t extents[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 24, 33, 50};
enum { N_EXTENTS = sizeof extents / sizeof extents[0] };

/* Every combination of edges, each with another of the ways that operands lie and C ends. */
Test(product, extents)
{
    unsigned way = 0;
    for (size_t i = 0; i < N_EXTENTS; i++) {
        for (size_t j = 0; j < N_EXTENTS; j++) {
            for (size_t l = 0; l < N_EXTENTS; l += 2, way++) {
                const problem p = {.dtype = way % 2 == 0 ? LNT_F32 : LNT_F64,
                                   .m = extents[i],
                                   .n = extents[j],
                                   .k = extents[l],
                                   .a_turned = way / 2 % 2 == 1,
                                   .b_turned = way / 4 % 2 == 1,
                                   .padded = way / 8 % 2 == 1,
                                   .bias = way / 16 % 2 == 1,
                                   .finish = (lnt_finish) (way / 3 % LNT_FINISHES)};
                check_all(&p);
            }
        }
    }
}

/* Every way that operands lie and C ends, for few shapes: with narrow, whole and both columns. */
Test(product, ways)
{
    static const size_t shapes[][3] = {{7, 3, 5}, {13, 16, 9}, {20, 27, 12}, {32, 10, 40}};
    for (unsigned way = 0; way < 64 * (LNT_FINISHES + 1); way++) {
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            problem p = {.dtype = way % 2 == 0 ? LNT_F32 : LNT_F64,
                         .m = shapes[s][0],
                         .n = shapes[s][1],
                         .k = shapes[s][2],
                         .a_turned = way / 2 % 2 == 1,
                         .b_turned = way / 4 % 2 == 1,
                         .padded = way / 8 % 2 == 1,
                         .bias = way / 16 % 2 == 1,
                         .finish = (lnt_finish) (way / 64)};
            if (p.finish == LNT_FINISHES) {
                p.finish = LNT_FINISH_NONE;
                p.bias = false;
                p.add = true;
            }
            check_all(&p);
        }
    }
}

/* Several blocks of k and of rows, and pieces by BLAS. */
Test(product, blocks)
{
    static const size_t shapes[][3] = {
        {280, 40, 300}, {70, 130, 700}, {300, 260, 257}, {270, 2060, 9}};
    for (unsigned way = 0; way < 8; way++) {
        const bool add = (way ^ way >> 1 ^ way >> 2) % 2 == 1;
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            const problem p = {.dtype = way % 2 == 0 ? LNT_F32 : LNT_F64,
                               .m = shapes[s][0],
                               .n = shapes[s][1],
                               .k = shapes[s][2],
                               .a_turned = way / 2 % 2 == 1,
                               .b_turned = way / 4 % 2 == 1,
                               .add = add,
                               .bias = !add,
                               .finish = add ? LNT_FINISH_NONE : LNT_FINISH_RELU};
            check_all(&p);
        }
    }
}

/* Nothing to add up leaves what C ends with; no rows or columns leave C alone. */
Test(product, nothing)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const problem none[] = {{.dtype = dtype, .m = 5, .n = 7, .k = 0, .bias = true},
                                {.dtype = dtype, .m = 5, .n = 7, .k = 0, .add = true},
                                {.dtype = dtype, .m = 0, .n = 7, .k = 3},
                                {.dtype = dtype, .m = 5, .n = 0, .k = 3}};
        for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
            for (int form = LNT_PRODUCT_OWN; form <= LNT_PRODUCT_BLAS; form++) {
                operands o = set_up(&none[i]);
                lnt_product_plan(&o.product, (lnt_product_form) form);
                lnt_product_share(&o.product, (lnt_share){0, 1}, o.scratch);
                check(&none[i], &o, "nothing");
                clean_up(&o);
            }
        }
    }
}

/* However many threads share a product out, C has the same bits. */
Test(product, shares)
{
    static const size_t shapes[][3] = {{1, 40, 30}, {64, 10, 128},   {33, 70, 40},
                                       {100, 3, 9}, {300, 260, 257}, {64, 512, 700}};
    for (unsigned way = 0; way < 16; way++) {
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            const problem p = {.dtype = way % 2 == 0 ? LNT_F32 : LNT_F64,
                               .m = shapes[s][0],
                               .n = shapes[s][1],
                               .k = shapes[s][2],
                               .a_turned = way / 2 % 2 == 1,
                               .b_turned = way / 4 % 2 == 1,
                               .bias = true,
                               .finish = LNT_FINISH_RELU};
            const lnt_product_form form = way / 8 == 0 ? LNT_PRODUCT_OWN : LNT_PRODUCT_BLAS;
            operands whole = set_up(&p);
            lnt_product_plan(&whole.product, form);
            lnt_product_share(&whole.product, (lnt_share){0, 1}, whole.scratch);
            for (unsigned size = 2; size <= 7; size++) {
                operands parts = set_up(&p);
                lnt_product_plan(&parts.product, form);
                for (unsigned i = size; i-- > 0;) {
                    lnt_product_share(&parts.product, (lnt_share){i, size}, parts.scratch);
                }
                cr_assert(memcmp(whole.c.store, parts.c.store,
                                 (whole.c.count + 2 * GUARD) * lnt_dtype_size(p.dtype)) == 0,
                          "[%zu, %zu, %zu] in %u shares, form %d", p.m, p.n, p.k, size, (int) form);
                clean_up(&parts);
            }
            clean_up(&whole);
        }
    }
}

/* A value that is not finite stays in its row and column. */
Test(product, nan_stays_in_its_row)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const problem p = {
            .dtype = dtype, .m = 14, .n = 10, .k = 9, .finish = LNT_FINISH_RELU, .bias = true};
        operands o = set_up(&p);
        put(&o.a, 3 * o.a.row + 2, NAN);
        put(&o.b, 4 * o.b.row + 5, NAN);
        lnt_product_plan(&o.product, LNT_PRODUCT_OWN);
        lnt_product_share(&o.product, (lnt_share){0, 1}, o.scratch);
        for (size_t i = 0; i < p.m; i++) {
            for (size_t j = 0; j < p.n; j++) {
                cr_assert(isnan(get(&o.c, i, j)) == (i == 3 || j == 5), "(%zu, %zu)", i, j);
            }
        }
        clean_up(&o);
    }
}

Test(product, sum_rows)
{
    static const size_t widths[] = {1, 3, 4, 7, 8, 10, 16, 31, 32, 40, 100};
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            for (size_t v = 0; lnt_product_variant_at(v) != NULL; v++) {
                uint32_t state = 3;
                guarded_matrix x = create(dtype, 19, widths[w], false, 0, &state);
                guarded_matrix s = create(dtype, 1, widths[w], false, 0, &state);
                for (int add = 0; add < 2; add++) {
                    double sums[100];
                    for (size_t j = 0; j < widths[w]; j++) {
                        sums[j] = add != 0 ? get(&s, 0, j) : 0;
                        for (size_t i = 0; i < 19; i++) {
                            sums[j] += get(&x, i, j);
                        }
                    }
                    lnt_product_variant_at(v)->sum_rows[dtype == LNT_F64](19, widths[w], x.data,
                                                                          x.row, add != 0, s.data);
                    for (size_t j = 0; j < widths[w]; j++) {
                        cr_assert_float_eq(get(&s, 0, j), sums[j], 2e-5);
                    }
                }
                cr_assert(is_guarded(&s));
                free(x.store);
                free(s.store);
            }
        }
    }
}
