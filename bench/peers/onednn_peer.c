/* SPDX-License-Identifier: MIT */
/*
 * oneDNN: a matmul primitive a product, made once. Bias and activation are done within the forward
 * one, and SGD within the one of the weight gradient, which adds -rate times its product to the
 * weights. oneDNN has no f64 on CPUs.
 */
#include "peer.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ARGUMENTS 4

/* A primitive and what it works on. */
typedef struct call {
    dnnl_primitive_t primitive;
    int n;
    dnnl_exec_arg_t arguments[MOST_ARGUMENTS];
} call;

typedef struct layer {
    size_t inputs, outputs;
    char activation[16];
    const float *x;
    float *weight, *bias, *y, *delta;
    call forward, backward, update;
} layer;

typedef struct contender {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    size_t rows, n_layers;
    layer layers[LNT_PEER_MOST_LAYERS];
    float *parameters;
    const float *target;
    size_t n_parameters;
    float rate;
    bool inference;
} contender;

static void check(dnnl_status_t status, const char *what)
{
    if (status != dnnl_success) {
        lnt_peer_fail("oneDNN", what);
    }
}

/* --- primitives --- */

/* A matrix as it lies in memory; transposed, or not. */
typedef struct matrix {
    size_t rows, cols;
    bool transposed;
    const float *data;
} matrix;

static dnnl_memory_desc_t describe(const matrix *m)
{
    const dnnl_dims_t extents = {(dnnl_dim_t) m->rows, (dnnl_dim_t) m->cols};
    dnnl_memory_desc_t description;
    check(dnnl_memory_desc_init_by_tag(&description, 2, extents, dnnl_f32,
                                       m->transposed ? dnnl_ba : dnnl_ab),
          "memory");
    return description;
}

static void add_argument(const contender *c, call *made, int which, const matrix *m)
{
    const dnnl_memory_desc_t description = describe(m);
    dnnl_memory_t memory;
    union {
        const float *given;
        void *taken; /* oneDNN takes no pointer to const, and writes to the destination alone */
    } data = {.given = m->data};
    check(dnnl_memory_create(&memory, &description, c->engine, data.taken), "memory");
    made->arguments[made->n++] = (dnnl_exec_arg_t){which, memory};
}

/* C = A·B + bias, and then what `attributes` say. */
static call create_product(const contender *c, const matrix *a, const matrix *b, const matrix *bias,
                           const matrix *out, dnnl_primitive_attr_t attributes)
{
    const dnnl_memory_desc_t of_a = describe(a), of_b = describe(b), of_out = describe(out);
    dnnl_memory_desc_t of_bias;
    if (bias != NULL) {
        of_bias = describe(bias);
    }
    dnnl_matmul_desc_t description;
    check(
        dnnl_matmul_desc_init(&description, &of_a, &of_b, bias != NULL ? &of_bias : NULL, &of_out),
        "matmul");
    dnnl_primitive_desc_t chosen;
    check(dnnl_primitive_desc_create(&chosen, &description, attributes, c->engine, NULL), "matmul");
    call made = {.n = 0};
    check(dnnl_primitive_create(&made.primitive, chosen), "primitive");
    check(dnnl_primitive_desc_destroy(chosen), "primitive");
    add_argument(c, &made, DNNL_ARG_SRC, a);
    add_argument(c, &made, DNNL_ARG_WEIGHTS, b);
    add_argument(c, &made, DNNL_ARG_DST, out);
    if (bias != NULL) {
        add_argument(c, &made, DNNL_ARG_BIAS, bias);
    }
    return made;
}

static dnnl_primitive_attr_t create_activation(const char *name)
{
    static const struct {
        const char *name;
        dnnl_alg_kind_t kind;
    } kinds[] = {{"relu", dnnl_eltwise_relu},
                 {"tanh", dnnl_eltwise_tanh},
                 {"sigmoid", dnnl_eltwise_logistic}};
    dnnl_primitive_attr_t attributes;
    dnnl_post_ops_t after;
    check(dnnl_primitive_attr_create(&attributes), "attributes");
    check(dnnl_post_ops_create(&after), "attributes");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            check(dnnl_post_ops_append_eltwise(after, 1, kinds[i].kind, 0, 0), "activation");
        }
    }
    check(dnnl_primitive_attr_set_post_ops(attributes, after), "attributes");
    check(dnnl_post_ops_destroy(after), "attributes");
    return attributes;
}

static dnnl_primitive_attr_t create_descent(float rate)
{
    dnnl_primitive_attr_t attributes;
    dnnl_post_ops_t after;
    const float scale = -rate;
    check(dnnl_primitive_attr_create(&attributes), "attributes");
    check(dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &scale), "attributes");
    check(dnnl_post_ops_create(&after), "attributes");
    check(dnnl_post_ops_append_sum(after, 1), "attributes");
    check(dnnl_primitive_attr_set_post_ops(attributes, after), "attributes");
    check(dnnl_post_ops_destroy(after), "attributes");
    return attributes;
}

static void create_primitives(contender *c, size_t i)
{
    layer *l = &c->layers[i];
    const matrix x = {c->rows, l->inputs, false, l->x}, y = {c->rows, l->outputs, false, l->y},
                 delta = {c->rows, l->outputs, false, l->delta},
                 weight = {l->inputs, l->outputs, false, l->weight},
                 bias = {1, l->outputs, false, l->bias},
                 turned_x = {l->inputs, c->rows, true, l->x},
                 turned_weight = {l->outputs, l->inputs, true, l->weight};
    dnnl_primitive_attr_t attributes = create_activation(l->activation);
    l->forward = create_product(c, &x, &weight, &bias, &y, attributes);
    check(dnnl_primitive_attr_destroy(attributes), "attributes");
    if (c->inference) {
        return;
    }
    attributes = create_descent(c->rate);
    l->update = create_product(c, &turned_x, &delta, NULL, &weight, attributes);
    check(dnnl_primitive_attr_destroy(attributes), "attributes");
    if (i > 0) {
        const matrix before = {c->rows, l->inputs, false, c->layers[i - 1].delta};
        l->backward = create_product(c, &delta, &turned_weight, NULL, &before, NULL);
    }
}

/* --- opening and closing --- */

static void place_layers(contender *c, const lnt_peer_problem *p)
{
    float *at = c->parameters;
    const float *x = p->x;
    for (size_t i = 0; i < p->n_layers; i++) {
        layer *l = &c->layers[i];
        l->inputs = p->widths[i];
        l->outputs = p->widths[i + 1];
        snprintf(l->activation, sizeof l->activation, "%s",
                 i + 1 < p->n_layers ? p->hidden : p->output);
        l->weight = at;
        l->bias = at + l->inputs * l->outputs;
        at = l->bias + l->outputs;
        l->x = x;
        l->y = lnt_peer_allocate(c->rows * l->outputs, sizeof(float));
        l->delta = lnt_peer_allocate(c->rows * l->outputs, sizeof(float));
        x = l->y;
    }
}

static void *open_onednn(const lnt_peer_problem *p, const char **reason)
{
    if (strcmp(p->dtype, "f32") != 0 || strcmp(p->optimizer, "sgd") != 0) {
        *reason = "this program knows f32 and SGD only";
        return NULL;
    }
    contender *c = lnt_peer_allocate(1, sizeof *c);
    c->rows = lnt_peer_rows(p);
    c->n_layers = p->n_layers;
    c->inference = p->inference;
    c->rate = (float) p->learning_rate;
    c->n_parameters = p->n_parameters;
    c->target = p->y;
    c->parameters = lnt_peer_allocate(p->n_parameters, sizeof(float));
    memcpy(c->parameters, p->parameters, p->n_parameters * sizeof(float));
    place_layers(c, p);
    check(dnnl_engine_create(&c->engine, dnnl_cpu, 0), "engine");
    check(dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags), "stream");
    for (size_t i = 0; i < c->n_layers; i++) {
        create_primitives(c, i);
    }
    return c;
}

static void destroy_call(call *made)
{
    for (int i = 0; i < made->n; i++) {
        check(dnnl_memory_destroy(made->arguments[i].memory), "memory");
    }
    if (made->primitive != NULL) {
        check(dnnl_primitive_destroy(made->primitive), "primitive");
    }
}

static void close_onednn(void *state)
{
    contender *c = state;
    for (size_t i = 0; i < c->n_layers; i++) {
        destroy_call(&c->layers[i].forward);
        destroy_call(&c->layers[i].backward);
        destroy_call(&c->layers[i].update);
        free(c->layers[i].y);
        free(c->layers[i].delta);
    }
    check(dnnl_stream_destroy(c->stream), "stream");
    check(dnnl_engine_destroy(c->engine), "engine");
    free(c->parameters);
    free(c);
}

/* --- running --- */

static void execute(const contender *c, const call *made)
{
    check(dnnl_primitive_execute(made->primitive, c->stream, made->n, made->arguments), "execute");
}

static void forward(contender *c)
{
    for (size_t i = 0; i < c->n_layers; i++) {
        execute(c, &c->layers[i].forward);
    }
}

/* delta = delta ∘ f'(y) */
static void differentiate(const char *activation, size_t n, const float *restrict y,
                          float *restrict delta)
{
    if (strcmp(activation, "relu") == 0) {
        for (size_t i = 0; i < n; i++) {
            delta[i] = y[i] > 0 ? delta[i] : 0;
        }
    } else if (strcmp(activation, "tanh") == 0) {
        for (size_t i = 0; i < n; i++) {
            delta[i] *= 1 - y[i] * y[i];
        }
    } else if (strcmp(activation, "sigmoid") == 0) {
        for (size_t i = 0; i < n; i++) {
            delta[i] *= y[i] * (1 - y[i]);
        }
    }
}

static void descend_bias(const contender *c, layer *l)
{
    for (size_t i = 0; i < c->rows; i++) {
        const float *delta = l->delta + i * l->outputs;
        for (size_t j = 0; j < l->outputs; j++) {
            l->bias[j] -= c->rate * delta[j];
        }
    }
}

static void step(contender *c)
{
    forward(c);
    const layer *last = &c->layers[c->n_layers - 1];
    const size_t n = c->rows * last->outputs;
    const float scale = 2.0F / (float) n;
    for (size_t i = 0; i < n; i++) {
        last->delta[i] = scale * (last->y[i] - c->target[i]);
    }
    for (size_t i = c->n_layers; i-- > 0;) {
        layer *l = &c->layers[i];
        differentiate(l->activation, c->rows * l->outputs, l->y, l->delta);
        if (i > 0) {
            execute(c, &l->backward);
        }
        execute(c, &l->update);
        descend_bias(c, l);
    }
}

static void run_onednn(void *state, size_t steps)
{
    contender *c = state;
    for (size_t i = 0; i < steps; i++) {
        if (c->inference) {
            forward(c);
        } else {
            step(c);
        }
    }
    check(dnnl_stream_wait(c->stream), "wait");
}

static void read_onednn(void *state, void *parameters, void *outputs)
{
    contender *c = state;
    const layer *last = &c->layers[c->n_layers - 1];
    forward(c);
    check(dnnl_stream_wait(c->stream), "wait");
    memcpy(parameters, c->parameters, c->n_parameters * sizeof(float));
    memcpy(outputs, last->y, c->rows * last->outputs * sizeof(float));
}

int main(void)
{
    char version[64];
    const dnnl_version_t *v = dnnl_version();
    snprintf(version, sizeof version, "oneDNN %d.%d.%d", v->major, v->minor, v->patch);
    const lnt_peer peer = {version, open_onednn, run_onednn, read_onednn, close_onednn};
    return lnt_peer_serve(&peer);
}
