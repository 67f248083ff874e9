/* SPDX-License-Identifier: MIT */
#include "derivatives/linearization.h"

/* A matrix [max_rows, cols], without data while measuring. */
static lnt_tensor take(lnt_arena *arena, const lnt_net *net, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        return (lnt_tensor){.data = NULL};
    }
    void *data = lnt_arena_take(arena, size, lnt_dtype_size(net->dtype));
    return lnt_tensor_view(net->dtype, data, rows, cols);
}

static void take_layer(lnt_arena *arena, const lnt_net *net, size_t rows, unsigned parts, size_t l,
                       lnt_point *point)
{
    const bool bends =
        net->layers[l].kind->has_activation && net->layers[l].activation != LNT_IDENTITY;
    const size_t cols = net->widths[l + 1], kept = bends ? cols : 0;
    lnt_layer_point p = {.y = take(arena, net, rows, cols)};
    lnt_layer_tangent t = {.x = NULL};
    if (bends) {
        p.z = take(arena, net, rows, kept);
        p.slope = take(arena, net, rows, kept);
    } else if (!net->layers[l].kind->has_activation) {
        p.cache = take(arena, net, rows, net->cache_cols[l]);
    }
    if (bends && (parts & LNT_POINT_SECOND) != 0) {
        p.bend = take(arena, net, rows, kept);
    }
    if ((parts & LNT_POINT_PUSH) != 0) {
        t.y = take(arena, net, rows, cols);
        t.z = bends ? take(arena, net, rows, kept) : t.z;
        if (!net->layers[l].kind->has_activation) {
            t.cache = take(arena, net, rows, net->cache_cols[l]);
        }
    }
    if (point != NULL) {
        p.parameters = point->parameters + net->first_tensor[l];
        p.statistics = point->parameters + net->n_tensors + net->first_statistic[l];
        point->layers[l] = p;
        if (point->tangents != NULL) {
            point->tangents[l] = t;
        }
    }
}

/* What is as wide as what comes into each layer, and behind the last. */
static void take_deltas(lnt_arena *arena, const lnt_net *net, size_t rows, bool inputs,
                        lnt_tensor *deltas)
{
    for (size_t l = 0; l <= net->n_layers; l++) {
        if (l > 0 || inputs) {
            const lnt_tensor delta = take(arena, net, rows, net->widths[l]);
            if (deltas != NULL) {
                deltas[l] = delta;
            }
        }
    }
}

lnt_point *lnt_point_place(lnt_arena *arena, const lnt_net *net, size_t max_rows, unsigned parts)
{
    const size_t layers = net->n_layers, tensors = net->n_tensors;
    const bool push = (parts & LNT_POINT_PUSH) != 0, second = (parts & LNT_POINT_SECOND) != 0;
    lnt_point *point = lnt_arena_take(arena, 1, sizeof *point), none = {.max_rows = 0};
    lnt_point *p = point != NULL ? point : &none;
    p->parameters = lnt_arena_take(arena, tensors + net->n_statistics, sizeof *p->parameters);
    p->layers = lnt_arena_take(arena, layers, sizeof *p->layers);
    p->deltas = lnt_arena_take(arena, layers + 1, sizeof *p->deltas);
    p->gradients = lnt_arena_take(arena, tensors, sizeof *p->gradients);
    if (push) {
        p->tangents = lnt_arena_take(arena, layers, sizeof *p->tangents);
        p->directions = lnt_arena_take(arena, tensors, sizeof *p->directions);
    }
    if (second) {
        p->deltas_dot = lnt_arena_take(arena, layers + 1, sizeof *p->deltas_dot);
        p->gradients_dot = lnt_arena_take(arena, tensors, sizeof *p->gradients_dot);
    }
    for (size_t l = 0; l < layers; l++) {
        take_layer(arena, net, max_rows, parts, l, point);
    }
    take_deltas(arena, net, max_rows, (parts & LNT_POINT_INPUTS) != 0,
                point != NULL ? p->deltas : NULL);
    if (second) {
        take_deltas(arena, net, max_rows, true, point != NULL ? p->deltas_dot : NULL);
    }
    if (point != NULL) {
        point->dtype = net->dtype;
        point->signature = net->signature;
        point->parts = parts;
        point->max_rows = max_rows;
    }
    return point;
}
