/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_PRODUCT_PRODUCT_H
#define LINNET_TENSOR_PRODUCT_PRODUCT_H

#include "base/team.h"

#include <linnet/memory.h>
#include <linnet/tensor.h>
#include <stdbool.h>

/**
 * Extents of blocks: the largest k that is not cut; bytes of a column of a block of A, which thus
 * takes 400 KiB; and of a row of a strip of B, which takes 3 MiB.
 */
enum { LNT_PRODUCT_DEPTH = 384, LNT_PRODUCT_COLUMN_BYTES = 1056, LNT_PRODUCT_STRIP_BYTES = 8192 };

/** The most terms of a panel of k, and of one by the kernel of one row, which has one chain. */
enum { LNT_PRODUCT_LONG = 16384, LNT_PRODUCT_LONG_ROW = 2048 };

/** The largest m·n·k that needs no plan, since it needs no memory but a panel of B. */
#define LNT_PRODUCT_SMALL 262144.0

/** What an element of C becomes when its sum, and the bias, are complete: f(z, y). */
typedef enum lnt_finish {
    LNT_FINISH_NONE,
    LNT_FINISH_RELU,          /**< z < 0 ? 0 : z */
    LNT_FINISH_RELU_SLOPE,    /**< y <= 0 ? 0 : z */
    LNT_FINISH_TANH_SLOPE,    /**< z·(1 − y²) */
    LNT_FINISH_SIGMOID_SLOPE, /**< z·y·(1 − y) */
    LNT_FINISHES
} lnt_finish;

typedef struct lnt_product lnt_product;
/** `scratch`: lnt_product_scratch bytes, aligned to LNT_ALIGNMENT, of one thread. */
typedef void lnt_product_function(const lnt_product *product, void *scratch);

/**
 * One product, C = f(A·B + bias, Y), or C += A·B, by the library's own kernels or by BLAS. Nothing
 * is checked and nothing overlaps. With own kernels the sum of an element of C depends on k alone,
 * so that its bits do not depend on how m and n are cut into parts; for BLAS, the parts are always
 * the same ones. Thus any number of threads finds the same bits. The order of that sum: chains of
 * at most LNT_PRODUCT_DEPTH multiply-adds, whose sums are added in order; a long product is cut
 * into panels of k, whose sums are added in double.
 */
struct lnt_product {
    lnt_product_function *run;       /**< set by `lnt_product_plan` */
    lnt_product_function *run_panel; /**< set likewise, for a long product: computes a panel */
    size_t panel;                    /**< set likewise: the most terms of a panel */
    lnt_dtype dtype;
    size_t m, n, k;
    const void *a; /**< [m, k] */
    ptrdiff_t a_row, a_col;
    const void *b; /**< [k, n] */
    ptrdiff_t b_row, b_col;
    void *c; /**< [m, n], its columns contiguous */
    ptrdiff_t c_row;
    bool by_blas;     /**< set likewise */
    bool in_pieces;   /**< set likewise: by BLAS, and large */
    bool add;         /**< to what C holds; then there is no bias and nothing to finish */
    bool pack_a;      /**< set likewise; one step of A is 1 */
    bool pack_b;      /**< set likewise; needed unless b_col is 1 */
    bool b_slack;     /**< a vector behind B's last element may be read, whatever it holds */
    const void *bias; /**< [n], or NULL */
    lnt_finish finish;
    const void *y; /**< [m, n] for what needs it, its columns contiguous */
    ptrdiff_t y_row;
};

/** The products of one kind of processor. */
typedef struct lnt_product_variant {
    const char *name;
    size_t vector_bytes;
    size_t tile_rows; /**< of a tile of C that is kept in registers; it is two vectors wide */
    bool fast; /**< as fast as BLAS's kernels; else only for products that are all overhead */
    /**
     * By precision: for k up to LNT_PRODUCT_DEPTH and no packing of A; for m = 1 and a B that is
     * not packed; and for any.
     */
    lnt_product_function *one[2];
    lnt_product_function *row[2];
    lnt_product_function *blocks[2];
    /** s[j] = Σ_i x[i, j] (+ s[j]), summed pairwise; `step` from a row to the next. */
    void (*sum_rows[2])(size_t rows, size_t cols, const void *x, ptrdiff_t step, bool add, void *s);
} lnt_product_variant;

/** The variants that this processor can run, best first; NULL from their number on. */
const lnt_product_variant *lnt_product_variant_at(size_t index);

/** Who computes a product. */
typedef enum lnt_product_form { LNT_PRODUCT_OWN, LNT_PRODUCT_BLAS } lnt_product_form;

/** Whom a model of the processor at hand chooses: the same one for the same shape, always. */
lnt_product_form lnt_product_choose(const lnt_product *product);

/**
 * Who was quicker in a few calls with operands of that size, made for the purpose by the default
 * allocator; if there is no memory, the model's choice.
 */
lnt_product_form lnt_product_time(const lnt_product *product);

/** Sets how the product, all of whose extents and steps are set, is run. */
void lnt_product_plan(lnt_product *product, lnt_product_form form);

/**
 * C = A·B, or C += A·B if `add`, at once, if m·n·k is at most LNT_PRODUCT_SMALL, C no narrower than
 * a vector, and own kernels are the choice; false if not, and C is as it was. One of A's steps, and
 * C's from a column to the next, is 1; checked before.
 */
bool lnt_product_small(const lnt_tensor *a, const lnt_tensor *b, bool add, lnt_tensor *c);

/** Whether the plan may cut k into panels, since sums of so many terms in order lose digits. */
static inline bool lnt_product_is_long(const lnt_product *p)
{
    return p->k > (p->m == 1 ? LNT_PRODUCT_LONG_ROW : LNT_PRODUCT_LONG);
}

/** Runs a long product, in blocks of C; the error of its sums is that of one panel. */
void lnt_product_run_long(const lnt_product *product, void *scratch);

/** Bytes of scratch that a long product needs besides that of its panels; 0 for another. */
size_t lnt_product_long_bytes(const lnt_product *product);

/** C = f(C + bias, Y): what own kernels do to a tile, for who has only the sums. */
void lnt_product_finish(const lnt_product *product);

/** Bytes of a packed block of A; of a vector more, since whole ones are written. */
static inline size_t lnt_product_a_bytes(const lnt_product *p, size_t size, size_t tile_rows)
{
    const size_t depth = p->k < LNT_PRODUCT_DEPTH ? p->k : LNT_PRODUCT_DEPTH;
    const size_t most = LNT_PRODUCT_COLUMN_BYTES / size, rows = p->m < most ? p->m : most;
    const size_t padded = (rows + tile_rows - 1) / tile_rows * tile_rows;
    return (depth * padded * size + 2 * LNT_ALIGNMENT - 1) / LNT_ALIGNMENT * LNT_ALIGNMENT;
}

/** Bytes of scratch that a product of these extents needs, whatever the steps of A. */
size_t lnt_product_scratch(const lnt_product *product);

/** A member's share of a planned product, with scratch of its own; all shares may run at once. */
void lnt_product_share(const lnt_product *product, lnt_share share, void *scratch);

/** A member's share of s[1, cols] = Σ rows of x [rows, cols], dense, or of s += Σ if `add`. */
void lnt_product_sum_rows(const lnt_tensor *x, lnt_share share, bool add, void *s);

extern const lnt_product_variant lnt_product_baseline, lnt_product_avx2;

#endif
