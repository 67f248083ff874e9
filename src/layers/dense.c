/* SPDX-License-Identifier: MIT */
#include "layers/activations/activation.h"
#include "layers/init.h"
#include "layers/layer.h"

#include <math.h>

enum { WEIGHT, BIAS };

/* The three products of a layer. */
enum { FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT, PRODUCTS };

typedef struct plan {
    lnt_product products[PRODUCTS];
    bool in_tiles; /* the forward product applies the activation */
} plan;

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    LNT_TRY(lnt_activation_settle(layer));
    if (layer->units == 0) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = layer->units;
    shape->n_tensors = layer->bias ? 2 : 1;
    shape->tensors[WEIGHT] = (lnt_tensor_shape){"weight", LNT_ROLE_WEIGHT, inputs, layer->units};
    shape->tensors[BIAS] = (lnt_tensor_shape){"bias", LNT_ROLE_BIAS, 1, layer->units};
    shape->cache_cols = lnt_activation_keeps_z(layer) ? layer->units : 0;
    return LNT_OK;
}

static lnt_status init(const lnt_layer *layer, const lnt_layer *next, size_t index, uint64_t seed,
                       uint64_t stream, lnt_tensor *parameter)
{
    if (index == WEIGHT) {
        return lnt_init_weight(&layer->weight_init, next, seed, stream, parameter);
    }
    const lnt_init bias =
        layer->bias_init.kind == LNT_INIT_AUTO ? lnt_init_zeros() : layer->bias_init;
    return lnt_init_fill(&bias, seed, stream, parameter);
}

/* y = x·W. */
static lnt_product forward_product(const lnt_layer_run *run)
{
    const lnt_tensor *w = &run->parameters[WEIGHT];
    return (lnt_product){.dtype = run->y.dtype,
                         .m = run->x.rows,
                         .n = run->y.cols,
                         .k = run->x.cols,
                         .a = run->x.data,
                         .a_row = run->x.row_stride,
                         .a_col = run->x.col_stride,
                         .b = w->data,
                         .b_row = w->row_stride,
                         .b_col = 1,
                         .b_slack = true,
                         .c_row = (ptrdiff_t) run->y.cols};
}

/* dW = xᵀ·dy. */
static lnt_product weight_product(const lnt_layer_run *run)
{
    return (lnt_product){.dtype = run->y.dtype,
                         .m = run->x.cols,
                         .n = run->y.cols,
                         .k = run->x.rows,
                         .a = run->x.data,
                         .a_row = run->x.col_stride,
                         .a_col = run->x.row_stride,
                         .b = run->dy.data,
                         .b_row = (ptrdiff_t) run->y.cols,
                         .b_col = 1,
                         .b_slack = true,
                         .c = run->gradients != NULL ? run->gradients[WEIGHT].data : NULL,
                         .c_row = (ptrdiff_t) run->y.cols,
                         .add = run->adds};
}

/* dx = dy·Wᵀ, times the slope of the activation that x came from. */
static lnt_product input_product(const lnt_layer_run *run)
{
    const lnt_tensor *w = &run->parameters[WEIGHT];
    return (lnt_product){.dtype = run->y.dtype,
                         .m = run->x.rows,
                         .n = run->x.cols,
                         .k = run->y.cols,
                         .a = run->dy.data,
                         .a_row = (ptrdiff_t) run->y.cols,
                         .a_col = 1,
                         .b = w->data,
                         .b_row = 1,
                         .b_col = w->row_stride,
                         .c = run->dx.data,
                         .c_row = (ptrdiff_t) run->x.cols,
                         .finish = run->dx_finish,
                         .y = run->dx_finish != LNT_FINISH_NONE ? run->x.data : NULL,
                         .y_row = run->x.row_stride};
}

static void products(const lnt_layer *layer, const lnt_layer_run *run, lnt_product *products)
{
    (void) layer;
    products[FORWARD] = forward_product(run);
    products[WEIGHT_GRADIENT] = weight_product(run);
    products[INPUT_GRADIENT] = input_product(run);
}

static const lnt_tensor *z_of(const lnt_layer *layer, const lnt_layer_run *run)
{
    return run->mode == LNT_TRAINING && lnt_activation_keeps_z(layer) ? &run->cache : &run->y;
}

static void bind(const lnt_layer *layer, lnt_layer_run *run)
{
    plan *own = run->plan;
    products(layer, run, own->products);
    lnt_product *forward = &own->products[FORWARD];
    forward->c = z_of(layer, run)->data;
    forward->bias = layer->bias ? run->parameters[BIAS].data : NULL;
    own->in_tiles = lnt_activation_finish(layer, &forward->finish);
    for (int i = 0; i < PRODUCTS; i++) {
        lnt_product_plan(&own->products[i], run->forms[i]);
    }
}

static void run_product(const lnt_product *product, const lnt_member *member)
{
    if (member->share.size == 1 && !product->in_pieces) {
        product->run(product, member->scratch);
    } else {
        lnt_product_share(product, member->share, member->scratch);
    }
}

/* A share of the rows of a dense matrix. */
static lnt_tensor rows_of(const lnt_tensor *t, lnt_share share)
{
    size_t first;
    lnt_tensor part = *t;
    part.rows = lnt_share_of(share, t->rows, 1, &first);
    part.data = (char *) t->data + first * t->cols * lnt_dtype_size(t->dtype);
    return part;
}

static void meet(const lnt_member *member)
{
    if (member->team != NULL) {
        lnt_team_meet(member->team);
    }
}

static void share_forward(const lnt_layer *layer, const lnt_layer_run *run,
                          const lnt_member *member)
{
    const plan *own = run->plan;
    run_product(&own->products[FORWARD], member);
    if (!own->in_tiles) {
        meet(member);
        lnt_tensor z = rows_of(z_of(layer, run), member->share);
        lnt_tensor y = rows_of(&run->y, member->share);
        lnt_activation_forward(layer, NULL, &z, &y);
    }
}

static void share_backward(const lnt_layer *layer, const lnt_layer_run *run,
                           const lnt_member *member)
{
    const plan *own = run->plan;
    if (!run->dy_is_dz && layer->activation != LNT_IDENTITY) {
        const lnt_tensor z = rows_of(z_of(layer, run), member->share);
        const lnt_tensor y = rows_of(&run->y, member->share);
        lnt_tensor dy = rows_of(&run->dy, member->share);
        lnt_activation_backward(layer, &z, &y, &dy);
        meet(member);
    }
    run_product(&own->products[WEIGHT_GRADIENT], member);
    if (layer->bias) {
        lnt_product_sum_rows(&run->dy, member->share, run->adds, run->gradients[BIAS].data);
    }
    if (run->need_dx) {
        run_product(&own->products[INPUT_GRADIENT], member);
    }
}

static const lnt_layer_kind dense_kind = {.name = "dense",
                                          .rules = &lnt_dense_rules,
                                          .shape = shape,
                                          .init = init,
                                          .plan_size = sizeof(plan),
                                          .n_products = PRODUCTS,
                                          .bind = bind,
                                          .products = products,
                                          .share_forward = share_forward,
                                          .share_backward = share_backward,
                                          .has_own_dx = true,
                                          .has_weights = true,
                                          .has_activation = true};

lnt_layer lnt_dense(size_t units, lnt_activation activation)
{
    return (lnt_layer){
        .kind = &dense_kind, .units = units, .activation = activation, .alpha = NAN, .bias = true};
}
