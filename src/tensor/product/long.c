/* SPDX-License-Identifier: MIT */
#include "base/smaller.h"
#include "tensor/product/product.h"
#include "tensor/sums/totals.h"

/* Extents of the block of C whose sums are computed at once. */
enum { BLOCK_ROWS = 256, BLOCK_COLS = 512 };

static size_t block_elements(const lnt_product *p)
{
    return lnt_smaller(p->m, BLOCK_ROWS) * lnt_smaller(p->n, BLOCK_COLS);
}

static size_t rounded(size_t bytes)
{
    return (bytes + LNT_ALIGNMENT - 1) / LNT_ALIGNMENT * LNT_ALIGNMENT;
}

size_t lnt_product_long_bytes(const lnt_product *p)
{
    if (!lnt_product_is_long(p)) {
        return 0;
    }
    const size_t count = block_elements(p);
    return rounded(count * sizeof(double)) + rounded(count * lnt_dtype_size(p->dtype));
}

/* The product's block of C at (i, j), as a product of its own with C in `sums`, dense. */
static lnt_product block_of(const lnt_product *p, size_t i, size_t j, void *sums)
{
    const ptrdiff_t size = (ptrdiff_t) lnt_dtype_size(p->dtype);
    lnt_product block = *p;
    block.m = lnt_smaller(p->m - i, BLOCK_ROWS);
    block.n = lnt_smaller(p->n - j, BLOCK_COLS);
    block.a = (const char *) p->a + (ptrdiff_t) i * p->a_row * size;
    block.b = (const char *) p->b + (ptrdiff_t) j * p->b_col * size;
    block.c = sums;
    block.c_row = (ptrdiff_t) block.n;
    block.add = false;
    block.bias = block.y = NULL;
    block.finish = LNT_FINISH_NONE;
    return block;
}

/* Panels of k in turn; `totals` become the sums of the block. */
static void sum_panels(lnt_product *block, size_t k, size_t panel, double *totals, void *scratch)
{
    const ptrdiff_t size = (ptrdiff_t) lnt_dtype_size(block->dtype);
    const char *const a = block->a, *const b = block->b;
    for (size_t first = 0; first < k; first += block->k) {
        block->k = lnt_smaller(panel, k - first);
        block->a = a + (ptrdiff_t) first * block->a_col * size;
        block->b = b + (ptrdiff_t) first * block->b_row * size;
        block->run_panel(block, scratch);
        lnt_totals_add(block->dtype, block->m * block->n, block->c, first == 0, totals);
    }
}

/* C = f(totals + bias, Y), or C += totals, in the block at (i, j). */
static void store_block(const lnt_product *p, size_t i, size_t j, const lnt_product *block,
                        const double *totals)
{
    const size_t size = lnt_dtype_size(p->dtype);
    lnt_product to = *p;
    to.m = block->m;
    to.n = block->n;
    to.c = (char *) p->c + ((ptrdiff_t) i * p->c_row + (ptrdiff_t) j) * (ptrdiff_t) size;
    to.bias = p->bias != NULL ? (const char *) p->bias + j * size : NULL;
    if (p->y != NULL) {
        to.y = (const char *) p->y + ((ptrdiff_t) i * p->y_row + (ptrdiff_t) j) * (ptrdiff_t) size;
    }
    for (size_t r = 0; r < to.m; r++) {
        lnt_totals_store(p->dtype, to.n, totals + r * to.n, p->add,
                         (char *) to.c + (ptrdiff_t) r * to.c_row * (ptrdiff_t) size);
    }
    lnt_product_finish(&to);
}

void lnt_product_run_long(const lnt_product *p, void *scratch)
{
    const size_t parts = (p->k + p->panel - 1) / p->panel;
    const size_t panel = (p->k + parts - 1) / parts;
    const size_t totals_bytes = rounded(block_elements(p) * sizeof(double));
    double *const totals = scratch;
    void *const sums = (char *) scratch + totals_bytes;
    void *const rest = (char *) scratch + lnt_product_long_bytes(p);
    for (size_t i = 0; i < p->m; i += BLOCK_ROWS) {
        for (size_t j = 0; j < p->n; j += BLOCK_COLS) {
            lnt_product block = block_of(p, i, j, sums);
            sum_panels(&block, p->k, panel, totals, rest);
            store_block(p, i, j, &block, totals);
        }
    }
}
