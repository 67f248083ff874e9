/* SPDX-License-Identifier: MIT */
#include "derivatives/linearization.h"

static void set_rows(lnt_point *point, size_t rows)
{
    const size_t layers = point->net->n_layers;
    point->rows = rows;
    for (size_t l = 0; l < layers; l++) {
        lnt_layer_point *p = &point->layers[l];
        lnt_tensor *of_point[] = {&p->y, &p->z, &p->slope, &p->bend, &p->cache};
        for (size_t i = 0; i < sizeof of_point / sizeof of_point[0]; i++) {
            of_point[i]->rows = rows;
        }
        if (point->tangents != NULL) {
            point->tangents[l].y.rows = rows;
            point->tangents[l].z.rows = rows;
            point->tangents[l].cache.rows = rows;
        }
    }
    for (size_t l = 0; l <= layers; l++) {
        point->deltas[l].rows = rows;
        if (point->deltas_dot != NULL) {
            point->deltas_dot[l].rows = rows;
        }
    }
}

lnt_status lnt_point_set(lnt_point *point, const lnt_net *net, const lnt_tensor *x)
{
    if (x->dtype != point->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (point->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (x->cols != net->widths[0] || x->rows > point->max_rows) {
        return LNT_ERR_SHAPE;
    }
    point->net = net;
    set_rows(point, x->rows);
    for (size_t i = 0; i < net->n_tensors + net->n_statistics; i++) {
        point->parameters[i] = lnt_net_view(net, i, net->parameters);
    }
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        lnt_layer_point *p = &point->layers[l];
        p->x = l == 0 ? *x : point->layers[l - 1].y;
        if (layer->kind->has_span) {
            p->skip = point->layers[l - layer->skip_depth].x;
        }
        LNT_TRY(layer->kind->rules->point(layer, p));
    }
    return LNT_OK;
}

lnt_tensor lnt_point_output(const lnt_point *point)
{
    return point->layers[point->net->n_layers - 1].y;
}

const lnt_tensor *lnt_point_input(const lnt_point *point, size_t l)
{
    return &point->layers[l].x;
}

lnt_tensor lnt_point_delta(const lnt_point *point, size_t l)
{
    return point->deltas[l + 1];
}

lnt_tensor lnt_point_x_gradient(const lnt_point *point)
{
    return point->deltas[0];
}

lnt_tensor lnt_point_x_gradient_dot(const lnt_point *point)
{
    return point->deltas_dot[0];
}

static void view_flat(const lnt_net *net, const void *flat, lnt_tensor *views)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        views[i] = lnt_net_view(net, i, (void *) flat);
    }
}

lnt_status lnt_point_push(lnt_point *point, const lnt_tensor *x_dot, const void *p_dot,
                          lnt_tensor *y_dot)
{
    const lnt_net *net = point->net;
    if (p_dot != NULL) {
        view_flat(net, p_dot, point->directions);
    }
    point->x_dot = x_dot != NULL ? *x_dot : (lnt_tensor){.data = NULL};
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        lnt_layer_tangent *t = &point->tangents[l];
        const lnt_tensor *first = x_dot != NULL ? &point->x_dot : NULL;
        t->x = l == 0 ? first : &point->tangents[l - 1].y;
        t->parameters = p_dot != NULL ? point->directions + net->first_tensor[l] : NULL;
        if (layer->kind->has_span) {
            t->skip = point->tangents[l - layer->skip_depth].x;
        }
        LNT_TRY(layer->kind->rules->push(layer, &point->layers[l], t));
    }
    if (y_dot != NULL) {
        *y_dot = point->tangents[net->n_layers - 1].y;
    }
    return LNT_OK;
}

/* A residual sum sends what comes back also to the input of its group, which is reached now. */
static lnt_status add_skips(const lnt_net *net, size_t l, lnt_tensor *deltas)
{
    for (size_t k = l + 1; k < net->n_layers; k++) {
        if (net->layers[k].kind->has_span && k - net->layers[k].skip_depth == l) {
            LNT_TRY(lnt_axpy(1, &deltas[k + 1], &deltas[l]));
        }
    }
    return LNT_OK;
}

static lnt_status pull_layer(lnt_point *point, size_t l, bool gradient, bool along,
                             bool gradient_dot)
{
    const lnt_net *net = point->net;
    const size_t first = net->first_tensor[l];
    const bool need_dx = l > 0 || (point->parts & LNT_POINT_INPUTS) != 0;
    lnt_layer_pull q = {.dy = point->deltas[l + 1],
                        .gradients = gradient ? point->gradients + first : NULL,
                        .dx = need_dx ? &point->deltas[l] : NULL};
    if (along) {
        q.along = &point->tangents[l];
        q.dy_dot = point->deltas_dot[l + 1];
        q.gradients_dot = gradient_dot ? point->gradients_dot + first : NULL;
        q.dx_dot = need_dx ? &point->deltas_dot[l] : NULL;
    }
    LNT_TRY(net->layers[l].kind->rules->pull(&net->layers[l], &point->layers[l], &q));
    if (need_dx && net->comes_back[l]) {
        LNT_TRY(add_skips(net, l, point->deltas));
        LNT_TRY(along ? add_skips(net, l, point->deltas_dot) : LNT_OK);
    }
    return LNT_OK;
}

lnt_status lnt_point_pull(lnt_point *point, const lnt_tensor *u, void *gradient)
{
    const lnt_net *net = point->net;
    if (gradient != NULL) {
        view_flat(net, gradient, point->gradients);
    }
    LNT_TRY(lnt_copy(u, &point->deltas[net->n_layers]));
    for (size_t l = net->n_layers; l-- > 0;) {
        LNT_TRY(pull_layer(point, l, gradient != NULL, false, false));
    }
    return LNT_OK;
}

lnt_status lnt_point_pull_along(lnt_point *point, const lnt_tensor *u, const lnt_tensor *u_dot,
                                void *gradient, void *gradient_dot)
{
    const lnt_net *net = point->net;
    lnt_tensor *seed = &point->deltas_dot[net->n_layers];
    if (gradient != NULL) {
        view_flat(net, gradient, point->gradients);
    }
    if (gradient_dot != NULL) {
        view_flat(net, gradient_dot, point->gradients_dot);
    }
    LNT_TRY(lnt_copy(u, &point->deltas[net->n_layers]));
    LNT_TRY(u_dot != NULL ? lnt_copy(u_dot, seed) : lnt_fill(0, seed));
    for (size_t l = net->n_layers; l-- > 0;) {
        LNT_TRY(pull_layer(point, l, gradient != NULL, true, gradient_dot != NULL));
    }
    return LNT_OK;
}
