/* SPDX-License-Identifier: MIT */
#include "tensor/product/product.h"

#include "base/smaller.h"
#include "tensor/blas/blas.h"
#include "tensor/blas/gemm_long.h"
#include "tensor/elementary/elementary.h"

#include <linnet/memory.h>
#include <math.h>
#include <time.h>

enum {
    PIECES = 4 /* of a large product by BLAS, whoever computes them */
};

/* m·n·k from which BLAS's products are cut, and up to which slow or narrow kernels are quicker. */
#define CUT_FROM ((double) (1 << 24))
#define TINY 4096.0
#define SMALL 32768.0

const lnt_product_variant *lnt_product_variant_at(size_t index)
{
#ifdef LNT_HAVE_AVX2_VARIANT
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        if (index == 0) {
            return &lnt_product_avx2;
        }
        index--;
    }
#endif
    return index == 0 ? &lnt_product_baseline : NULL;
}

static size_t size_of(const lnt_product *p)
{
    return p->dtype == LNT_F32 ? sizeof(float) : sizeof(double);
}

/* Whether the processor has arithmetic units for vectors twice as long as the kernels' own. */
static bool has_longer_vectors(void)
{
#ifdef LNT_HAVE_AVX2_VARIANT
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_is("intel");
#else
    return false;
#endif
}

lnt_product_form lnt_product_choose(const lnt_product *p)
{
    const double work = (double) p->m * (double) p->n * (double) p->k;
    if (work >= CUT_FROM && lnt_blas_threads() > 1) {
        return LNT_PRODUCT_BLAS; /* whose threads were asked for */
    }
    if (!lnt_product_variant_at(0)->fast) {
        return work <= TINY ? LNT_PRODUCT_OWN : LNT_PRODUCT_BLAS;
    }
    if (has_longer_vectors()) {
        return work <= SMALL ? LNT_PRODUCT_OWN : LNT_PRODUCT_BLAS;
    }
    return LNT_PRODUCT_OWN;
}

/* --- BLAS --- */

static void run_blas(const lnt_product *p, void *scratch)
{
    (void) scratch;
    const lnt_tensor a =
        lnt_tensor_strided(p->dtype, (void *) (uintptr_t) p->a, p->m, p->k, p->a_row, p->a_col);
    const lnt_tensor b =
        lnt_tensor_strided(p->dtype, (void *) (uintptr_t) p->b, p->k, p->n, p->b_row, p->b_col);
    lnt_tensor c = lnt_tensor_strided(p->dtype, p->c, p->m, p->n, p->c_row, 1);
    (void) lnt_blas_product(1, &a, &b, p->add ? 1 : 0, &c); /* checked when the net was made */
    lnt_product_finish(p);
}

/* --- plan --- */

/* Lines of the first cache, its sets and ways: of every processor of the last years, nearly. */
enum { LINE = 64, SETS = 64, WAYS = 8, FIRST_CACHE = LINE * SETS * WAYS };

/*
 * Whether `count` lines, `step` elements apart, get into each other's way in the first cache: steps
 * of many lines, a power of two, all lead to a few sets.
 */
static bool collide(size_t count, ptrdiff_t step, size_t size)
{
    const size_t bytes = (size_t) (step < 0 ? -step : step) * size;
    if (bytes % LINE != 0 || bytes == 0) {
        return false;
    }
    size_t sets = SETS;
    for (size_t lines = bytes / LINE; lines % 2 == 0 && sets > 1; lines /= 2) {
        sets /= 2;
    }
    return count > sets * WAYS / 2;
}

static bool may_pack_a(const lnt_product *p)
{
    return p->n >= 128 && p->m >= 48 && p->k >= 48;
}

/* A copy pays if it is used for many columns, for the sake of pages; or if A's lines collide. */
static bool wants_packed_a(const lnt_product *p)
{
    const bool by_cols = p->a_row == 1;
    const size_t lines = by_cols ? lnt_smaller(p->k, LNT_PRODUCT_DEPTH) / 4 : 6;
    const bool often = p->n >= (by_cols ? 384 : 1024);
    return may_pack_a(p) && (often || collide(lines, by_cols ? p->a_col : p->a_row, size_of(p)));
}

/* A copy of a panel pays if it is used often enough, or if B's rows collide. */
static bool wants_packed_b(const lnt_product *p)
{
    if (p->b_col != 1) {
        return true;
    }
    const size_t depth = lnt_smaller(p->k, LNT_PRODUCT_DEPTH);
    return p->k >= 48 && p->m >= (collide(depth, p->b_row, size_of(p)) ? 24u : 96u);
}

static void run_nothing(const lnt_product *p, void *scratch)
{
    (void) p, (void) scratch;
}

/* Who computes the product, or each panel of it. */
static void choose_run(lnt_product *p, lnt_product_form form)
{
    p->in_pieces = p->by_blas = false;
    if (p->m == 0 || p->n == 0) {
        p->run = run_nothing;
        return;
    }
    if (p->k == 0) { /* then A and B may be NULL, with which nothing may be reckoned */
        static const double nothing[1];
        p->a = p->b = nothing;
        p->a_row = p->b_col = 1;
        p->a_col = p->b_row = 0;
    }
    const bool contiguous = p->a_row == 1 || p->a_col == 1;
    if (form == LNT_PRODUCT_BLAS || !contiguous) {
        p->run = run_blas;
        p->by_blas = true;
        p->in_pieces = (double) p->m * (double) p->n * (double) p->k >= CUT_FROM;
        return;
    }
    const lnt_product_variant *variant = lnt_product_variant_at(0);
    p->pack_a = wants_packed_a(p);
    p->pack_b = wants_packed_b(p);
    if (p->m == 1 && !p->pack_b && p->k > 0 && p->k * p->n * size_of(p) > FIRST_CACHE) {
        p->run = variant->row[p->dtype == LNT_F64];
        return;
    }
    const bool one = p->k == 0 || (p->k <= LNT_PRODUCT_DEPTH && !p->pack_a);
    p->run = (one ? variant->one : variant->blocks)[p->dtype == LNT_F64];
}

void lnt_product_plan(lnt_product *p, lnt_product_form form)
{
    choose_run(p, form);
    const bool row = p->run == lnt_product_variant_at(0)->row[p->dtype == LNT_F64];
    p->panel = p->by_blas ? lnt_gemm_longest(p->dtype, p->m, p->n)
               : row      ? LNT_PRODUCT_LONG_ROW
                          : LNT_PRODUCT_LONG;
    if (p->k > p->panel && p->run != run_nothing) {
        p->run_panel = p->run;
        p->run = lnt_product_run_long;
    }
}

size_t lnt_product_scratch(const lnt_product *p)
{
    const lnt_product_variant *variant = lnt_product_variant_at(0);
    const size_t size = size_of(p), columns = 2 * variant->vector_bytes / size;
    const size_t width =
        lnt_smaller((p->n + columns - 1) / columns * columns, LNT_PRODUCT_STRIP_BYTES / size);
    const bool kept = p->m > LNT_PRODUCT_COLUMN_BYTES / size;
    return lnt_product_long_bytes(p) +
           lnt_smaller(p->k, LNT_PRODUCT_DEPTH) * (kept ? width : columns) * size +
           (may_pack_a(p) ? lnt_product_a_bytes(p, size, variant->tile_rows) : 0);
}

/* --- without a plan --- */

/* Of a panel of B; the largest of vectors have 64 bytes. No A of a small product is packed. */
enum { SMALL_SCRATCH = LNT_PRODUCT_DEPTH * 2 * 64 };

__attribute__((noinline)) /* keeps the scratch off the stack of products that are not small */
static void
run_small(lnt_product *p)
{
    _Alignas(LNT_ALIGNMENT) char scratch[SMALL_SCRATCH];
    lnt_product_plan(p, LNT_PRODUCT_OWN);
    p->run(p, scratch);
}

bool lnt_product_small(const lnt_tensor *a, const lnt_tensor *b, bool add, lnt_tensor *c)
{
    const bool narrow =
        c->cols * lnt_dtype_size(c->dtype) < lnt_product_variant_at(0)->vector_bytes;
    if (narrow || (double) c->rows * (double) c->cols * (double) a->cols > LNT_PRODUCT_SMALL) {
        return false;
    }
    lnt_product p = {.dtype = c->dtype,
                     .m = c->rows,
                     .n = c->cols,
                     .k = a->cols,
                     .a = a->data,
                     .a_row = a->row_stride,
                     .a_col = a->col_stride,
                     .b = b->data,
                     .b_row = b->row_stride,
                     .b_col = b->col_stride,
                     .c = c->data,
                     .c_row = c->row_stride,
                     .add = add};
    if (lnt_product_is_long(&p) || lnt_product_choose(&p) != LNT_PRODUCT_OWN) {
        return false;
    }
    run_small(&p);
    return true;
}

/* --- by the clock --- */

/* Seconds of the quickest of several turns of a form. */
static double time_of(const lnt_product *p, lnt_product_form form, void *scratch)
{
    enum { TURNS = 5 };
    /* Turns that are long enough for the clock, and few for large products. */
    const double work = (double) p->m * (double) p->n * (double) p->k;
    const int calls = work < 1e6 ? (int) (1e6 / (work + 1000)) + 1 : 1;
    lnt_product own = *p;
    double best = HUGE_VAL;
    lnt_product_plan(&own, form);
    for (int turn = 0; turn < TURNS; turn++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (int i = 0; i < calls; i++) {
            own.run(&own, scratch);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        best = fmin(best, (double) (end.tv_sec - begin.tv_sec) +
                              1e-9 * (double) (end.tv_nsec - begin.tv_nsec));
    }
    return best;
}

lnt_product_form lnt_product_time(const lnt_product *product)
{
    lnt_product p = *product;
    const size_t size = size_of(&p), scratch_size = lnt_product_scratch(&p);
    char *a = lnt_allocate(NULL, p.m * p.k + LINE, size);
    char *b = lnt_allocate(NULL, p.k * p.n + LINE, size);
    char *c = lnt_allocate(NULL, p.m * p.n, size);
    void *scratch = lnt_allocate(NULL, scratch_size, 1);
    lnt_product_form form = lnt_product_choose(product);
    if (a != NULL && b != NULL && c != NULL && scratch != NULL) {
        p.a = a;
        p.b = b;
        p.c = c;
        p.y = NULL;
        p.finish = LNT_FINISH_NONE;
        const bool own =
            time_of(&p, LNT_PRODUCT_OWN, scratch) <= time_of(&p, LNT_PRODUCT_BLAS, scratch);
        form = own ? LNT_PRODUCT_OWN : LNT_PRODUCT_BLAS;
    }
    lnt_release(NULL, a);
    lnt_release(NULL, b);
    lnt_release(NULL, c);
    lnt_release(NULL, scratch);
    return form;
}

/* --- shares --- */

static void cut_columns(lnt_product *p, size_t first, size_t count)
{
    const size_t size = size_of(p);
    p->n = count;
    p->b = (const char *) p->b + (ptrdiff_t) first * p->b_col * (ptrdiff_t) size;
    p->c = (char *) p->c + first * size;
    p->bias = p->bias != NULL ? (const char *) p->bias + first * size : NULL;
    p->y = p->y != NULL ? (const char *) p->y + first * size : NULL;
}

static void cut_rows(lnt_product *p, size_t first, size_t count)
{
    const ptrdiff_t size = (ptrdiff_t) size_of(p), i = (ptrdiff_t) first;
    p->m = count;
    p->a = (const char *) p->a + i * p->a_row * size;
    p->c = (char *) p->c + i * p->c_row * size;
    p->y = p->y != NULL ? (const char *) p->y + i * p->y_row * size : NULL;
}

/* What the largest of `size` parts is, of `count` things cut in multiples of `unit`. */
static double largest_part(size_t count, size_t unit, size_t size)
{
    const size_t units = (count + unit - 1) / unit, part = (units + size - 1) / size * unit;
    return (double) lnt_smaller(part, count) / (double) count;
}

/* Cuts so that parts are alike; else the longer way. */
static bool cut(lnt_product *p, lnt_share share)
{
    const lnt_product_variant *variant = lnt_product_variant_at(0);
    const size_t columns = 2 * variant->vector_bytes / size_of(p), rows = variant->tile_rows;
    const double by_columns = largest_part(p->n, columns, share.size);
    const double by_rows = largest_part(p->m, rows, share.size);
    const bool wide = p->n / columns >= p->m / rows / 2 && p->n >= columns * share.size;
    size_t first, count;
    if (by_columns < 0.95 * by_rows || (wide && by_columns < 1.05 * by_rows)) {
        count = lnt_share_of(share, p->n, columns, &first);
        cut_columns(p, first, count);
    } else {
        count = lnt_share_of(share, p->m, rows, &first);
        cut_rows(p, first, count);
    }
    return count > 0;
}

void lnt_product_share(const lnt_product *product, lnt_share share, void *scratch)
{
    if (!product->by_blas) {
        lnt_product part = *product;
        if (cut(&part, share)) {
            part.run(&part, scratch);
        }
        return;
    }
    const unsigned pieces = product->in_pieces ? PIECES : 1;
    for (unsigned i = share.index; i < pieces; i += share.size) {
        lnt_product piece = *product;
        if (cut(&piece, (lnt_share){i, pieces})) {
            piece.run(&piece, scratch);
        }
    }
}

void lnt_product_sum_rows(const lnt_tensor *x, lnt_share share, bool add, void *s)
{
    enum { UNIT = 16 };
    size_t first;
    const size_t size = lnt_dtype_size(x->dtype),
                 count = lnt_share_of(share, x->cols, UNIT, &first);
    if (count > 0) {
        lnt_product_variant_at(0)->sum_rows[x->dtype == LNT_F64](
            x->rows, count, (const char *) x->data + first * size, x->row_stride, add,
            (char *) s + first * size);
    }
}
