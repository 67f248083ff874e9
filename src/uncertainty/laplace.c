/* SPDX-License-Identifier: MIT */
#include "uncertainty/laplace.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *lnt_laplace_structure_name(lnt_laplace_structure structure)
{
    static const char *const names[] = {[LNT_LAPLACE_LAST_LAYER] = "last",
                                        [LNT_LAPLACE_KRONECKER] = "kronecker",
                                        [LNT_LAPLACE_FULL] = "full"};
    return (unsigned) structure < sizeof names / sizeof names[0] ? names[structure] : NULL;
}

lnt_laplace_config lnt_laplace_defaults(void)
{
    return (lnt_laplace_config){.structure = LNT_LAPLACE_LAST_LAYER};
}

size_t lnt_laplace_dense(const lnt_layer *layers, size_t n_layers, size_t *layer)
{
    size_t count = 0;
    for (size_t l = 0; l < n_layers; l++) {
        if (layers[l].kind->has_weights) {
            *layer = l;
            count++;
        }
    }
    return count;
}

size_t lnt_laplace_n_tensors(lnt_laplace_structure structure, size_t n_dense)
{
    return structure == LNT_LAPLACE_KRONECKER ? 4 * n_dense : 2;
}

static size_t inputs_of(const lnt_net *net, size_t l)
{
    return net->widths[l] + (net->layers[l].bias ? 1 : 0);
}

/* The layers and shape of block b. */
static lnt_laplace_block block_of(const lnt_net *net, lnt_laplace_structure structure, size_t b)
{
    lnt_laplace_block block = {.first = 0, .end = net->n_layers, .n_g = 1};
    size_t last = 0;
    (void) lnt_laplace_dense(net->layers, net->n_layers, &last);
    if (structure == LNT_LAPLACE_FULL) {
        block.n_a = net->n_parameters;
        return block;
    }
    size_t l = last;
    if (structure == LNT_LAPLACE_KRONECKER) {
        for (l = 0; !net->layers[l].kind->has_weights || b-- > 0;) {
            l++;
        }
    }
    block.first = l;
    block.end = l + 1;
    const bool pair = structure == LNT_LAPLACE_KRONECKER;
    block.n_a = inputs_of(net, l) * (pair ? 1 : net->widths[l + 1]);
    block.n_g = pair ? net->widths[l + 1] : 1;
    return block;
}

static size_t count_blocks(const lnt_net *net, lnt_laplace_structure structure)
{
    size_t last;
    return structure == LNT_LAPLACE_KRONECKER ? lnt_laplace_dense(net->layers, net->n_layers, &last)
                                              : 1;
}

static lnt_tensor take(lnt_arena *arena, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        size = 0;
    }
    return lnt_tensor_f64(lnt_arena_take(arena, size, sizeof(double)), rows, cols);
}

/* Runs once to measure and once to place. */
static lnt_laplace *place(lnt_arena *arena, const lnt_net *net, lnt_laplace_structure structure)
{
    const size_t n = count_blocks(net, structure);
    lnt_laplace *laplace = lnt_arena_take(arena, 1, sizeof *laplace);
    lnt_laplace_block *blocks = lnt_arena_take(arena, n, sizeof *blocks);
    for (size_t b = 0; b < n; b++) {
        lnt_laplace_block block = block_of(net, structure, b);
        block.a_basis = take(arena, block.n_a, block.n_a);
        block.a_values = take(arena, 1, block.n_a);
        block.g_basis = take(arena, block.n_g, block.n_g);
        block.g_values = take(arena, 1, block.n_g);
        block.shrink = take(arena, block.n_a, block.n_g);
        if (blocks != NULL) {
            blocks[b] = block;
        }
    }
    if (laplace != NULL) {
        laplace->n_blocks = n;
        laplace->blocks = blocks;
    }
    return laplace;
}

size_t lnt_laplace_bytes(const lnt_net *net, lnt_laplace_structure structure)
{
    lnt_arena arena = {0};
    place(&arena, net, structure);
    return arena.overflow ? SIZE_MAX : arena.used;
}

lnt_status lnt_laplace_create(lnt_laplace **laplace, const lnt_net *net, lnt_loss_kind loss,
                              lnt_laplace_structure structure, const lnt_allocator *allocator)
{
    lnt_arena arena = {0};
    *laplace = NULL;
    place(&arena, net, structure);
    LNT_TRY(lnt_arena_open(&arena, allocator));
    lnt_laplace *made = place(&arena, net, structure);
    made->owner = lnt_owner_of(allocator);
    made->info.structure = structure;
    made->loss = loss;
    made->signature = net->signature;
    for (size_t b = 0; b < made->n_blocks; b++) {
        lnt_laplace_block *block = &made->blocks[b];
        made->info.parameters += block->n_a * block->n_g;
        if (structure != LNT_LAPLACE_KRONECKER) {
            *(double *) block->g_basis.data = *(double *) block->g_values.data = 1;
        }
    }
    *laplace = made;
    return LNT_OK;
}

void lnt_laplace_destroy(lnt_laplace *laplace)
{
    if (laplace != NULL) {
        lnt_owner_release(laplace->owner, laplace);
    }
}

const lnt_laplace_info *lnt_laplace_get_info(const lnt_laplace *laplace)
{
    return laplace != NULL ? &laplace->info : NULL;
}

void lnt_laplace_settle(lnt_laplace *laplace)
{
    const double scale = laplace->info.noise > 0 ? 1 / laplace->info.noise : 1;
    for (size_t b = 0; b < laplace->n_blocks; b++) {
        const lnt_laplace_block *block = &laplace->blocks[b];
        const double *a = block->a_values.data, *g = block->g_values.data;
        double *shrink = block->shrink.data;
        for (size_t i = 0; i < block->n_a; i++) {
            for (size_t j = 0; j < block->n_g; j++) {
                *shrink++ = 1 / (a[i] * g[j] * scale + laplace->info.prior_precision);
            }
        }
    }
}

/* --- as a file has it --- */

static void describe(const lnt_laplace_block *block, lnt_laplace_structure structure, size_t i,
                     lnt_laplace_tensor *t)
{
    static const char *const kinds[] = {"basis", "values"};
    const lnt_tensor *const views[] = {&block->a_basis, &block->a_values, &block->g_basis,
                                       &block->g_values};
    const size_t n = i < 2 ? block->n_a : block->n_g;
    t->rank = i % 2 == 0 ? 2 : 1;
    t->shape[0] = t->shape[1] = n;
    t->data = views[i]->data;
    if (structure != LNT_LAPLACE_KRONECKER) {
        (void) snprintf(t->name, sizeof t->name, "laplace.%s", kinds[i % 2]);
    } else {
        (void) snprintf(t->name, sizeof t->name, "laplace.%zu.%s.%s", block->first,
                        i < 2 ? "inputs" : "outputs", kinds[i % 2]);
    }
}

bool lnt_laplace_shape(const lnt_net *net, lnt_laplace_structure structure, size_t i,
                       lnt_laplace_tensor *tensor)
{
    size_t bytes;
    const lnt_laplace_block block = block_of(net, structure, i / 4);
    describe(&block, structure, i % 4, tensor);
    return lnt_multiply(tensor->shape[0], tensor->shape[0], &bytes) &&
           lnt_multiply(bytes, sizeof(double), &bytes);
}

void lnt_laplace_tensor_at(const lnt_laplace *laplace, size_t i, lnt_laplace_tensor *tensor)
{
    describe(&laplace->blocks[i / 4], laplace->info.structure, i % 4, tensor);
}
