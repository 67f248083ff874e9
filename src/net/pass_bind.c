/* SPDX-License-Identifier: MIT */
#include "net/net.h"
#include "net/pass.h"

static bool same_view(const lnt_tensor *a, const lnt_tensor *b)
{
    return a->data == b->data && a->row_stride == b->row_stride && a->col_stride == b->col_stride;
}

/* What layer `l` is given, for so many rows. */
static void set_rows(lnt_pass *pass, const lnt_net *net, size_t l, size_t rows)
{
    lnt_layer_run *run = &pass->runs[l];
    run->x.rows = rows;
    run->y.rows = rows;
    run->cache.rows = rows;
    run->dy.rows = rows;
    run->dx.rows = rows;
    if (net->layers[l].kind->has_span) {
        run->skip = pass->runs[l - net->layers[l].skip_depth].x;
    }
}

static void bind_layer(lnt_pass *pass, const lnt_net *net, size_t l)
{
    const lnt_layer *layer = &net->layers[l];
    if (layer->kind->bind != NULL) {
        layer->kind->bind(layer, &pass->runs[l]);
    }
}

/* Points the views of parameters at this net; whether they were elsewhere. */
static bool adopt(lnt_pass *pass, const lnt_net *net)
{
    const size_t count = net->n_tensors + net->n_statistics;
    if (count == 0 || pass->parameters[0].data == net->parameters) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        pass->parameters[i] = lnt_net_view(net, i, net->parameters);
    }
    return true;
}

lnt_status lnt_pass_bind(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x)
{
    if (pass->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    lnt_layer_run *first = &pass->runs[0];
    const bool moved = !same_view(&first->x, x);
    first->x = *x;
    const bool adopted = adopt(pass, net), resized = !pass->bound || pass->bound_rows != x->rows;
    if (adopted || resized || (moved && pass->first_comes_back)) {
        for (size_t l = 0; l < net->n_layers; l++) {
            set_rows(pass, net, l, x->rows);
            bind_layer(pass, net, l);
        }
        pass->bound = true;
        pass->bound_rows = x->rows;
    } else if (moved) {
        bind_layer(pass, net, 0);
    }
    return LNT_OK;
}

/* --- at creation --- */

static lnt_product_form form_of(const lnt_product *product, lnt_gemm_backend products)
{
    switch (products) {
    case LNT_GEMM_BLAS:
        return LNT_PRODUCT_BLAS;
    case LNT_GEMM_BUILTIN:
        return LNT_PRODUCT_OWN;
    case LNT_GEMM_AUTOTUNE:
        return lnt_product_time(product);
    default:
        return lnt_product_choose(product);
    }
}

/* A shape that a layer before has, too, need not be timed again. */
static bool find_form(const lnt_pass *pass, const lnt_net *net, size_t l, size_t i)
{
    for (size_t k = 0; k < l; k++) {
        if (net->layers[k].kind == net->layers[l].kind && net->widths[k] == net->widths[l] &&
            net->widths[k + 1] == net->widths[l + 1]) {
            pass->runs[l].forms[i] = pass->runs[k].forms[i];
            return true;
        }
    }
    return false;
}

void lnt_pass_choose(lnt_pass *pass, const lnt_net *net, lnt_gemm_backend products)
{
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        lnt_product described[LNT_LAYER_MAX_PRODUCTS];
        if (layer->kind->n_products == 0) {
            continue;
        }
        layer->kind->products(layer, &pass->runs[l], described);
        for (size_t i = 0; i < layer->kind->n_products; i++) {
            if (!find_form(pass, net, l, i)) {
                pass->runs[l].forms[i] = form_of(&described[i], products);
            }
        }
    }
}
