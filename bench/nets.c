/* SPDX-License-Identifier: MIT */
#include "nets.h"

#include "program.h"

#include <string.h>

const lnt_bench_net lnt_bench_nets[LNT_BENCH_NETS] = {
    {"T", 2, 5, {8, 16, 16, 16, 16, 3}},
    {"S", 32, 3, {64, 64, 32, 10}},
    {"M", 64, 3, {784, 256, 128, 10}},
    {"L", 256, 4, {1024, 1024, 1024, 1024, 1024}},
    {"XL", 512, 4, {2048, 2048, 2048, 2048, 2048}}};

lnt_net *lnt_bench_create_net(const lnt_bench_net *net, lnt_dtype dtype)
{
    lnt_layer layers[LNT_BENCH_MOST_LAYERS];
    for (size_t l = 0; l < net->n_layers; l++) {
        layers[l] = lnt_dense(net->widths[l + 1], l + 1 < net->n_layers ? LNT_RELU : LNT_IDENTITY);
    }
    lnt_net_config config = lnt_net_defaults();
    config.dtype = dtype;
    config.inputs = net->widths[0];
    config.layers = layers;
    config.n_layers = net->n_layers;
    lnt_net *created;
    lnt_bench_check(lnt_net_create(&created, &config), "creating a net");
    return created;
}

void lnt_bench_choose_nets(const char *list, bool *chosen)
{
    while (true) {
        const size_t length = strcspn(list, ",");
        size_t i = 0;
        while (i < LNT_BENCH_NETS && (strlen(lnt_bench_nets[i].name) != length ||
                                      strncmp(lnt_bench_nets[i].name, list, length) != 0)) {
            i++;
        }
        if (i == LNT_BENCH_NETS) {
            lnt_bench_misuse("--nets: expected names out of T,S,M,L,XL, found '%.*s'", (int) length,
                             list);
        }
        chosen[i] = true;
        if (list[length] == '\0') {
            return;
        }
        list += length + 1;
    }
}

double lnt_bench_forward_flops(const lnt_bench_net *net, size_t rows)
{
    double flops = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        flops += 2 * (double) rows * (double) (net->widths[l] * net->widths[l + 1]);
    }
    return flops;
}

double lnt_bench_step_flops(const lnt_bench_net *net, size_t rows)
{
    const double first = 2 * (double) rows * (double) (net->widths[0] * net->widths[1]);
    return 3 * lnt_bench_forward_flops(net, rows) - first;
}

/* --- the bare products --- */

/* Where the matrices are, once there is memory; `used` counts elements. */
typedef struct layout {
    size_t size; /* bytes of an element */
    size_t used;
    char *base;
} layout;

static void *take(layout *l, size_t count)
{
    const size_t line = LNT_ALIGNMENT / l->size;
    void *place = l->base != NULL ? l->base + l->used * l->size : NULL;
    l->used += (count + line - 1) / line * line;
    return place;
}

typedef struct matrices {
    const void *parameters;
    void *gradients;
    void *inputs;
    void *activations[LNT_BENCH_MOST_LAYERS];
    void *top, *deltas[2];
} matrices;

static size_t widest(const lnt_bench_net *net)
{
    size_t width = 0;
    for (size_t l = 1; l <= net->n_layers; l++) {
        width = net->widths[l] > width ? net->widths[l] : width;
    }
    return width;
}

/* The gradient that the loss would give is apart, since no loss renews it. */
static matrices place(layout *l, const lnt_bench_net *net, size_t n_parameters, size_t rows,
                      bool training)
{
    const size_t width = widest(net), outputs = net->widths[net->n_layers];
    matrices m = {.inputs = take(l, rows * net->widths[0])};
    if (!training) {
        void *const buffers[2] = {take(l, rows * width), take(l, rows * width)};
        for (size_t i = 0; i < net->n_layers; i++) {
            m.activations[i] = buffers[i % 2];
        }
        return m;
    }
    for (size_t i = 0; i < net->n_layers; i++) {
        m.activations[i] = take(l, rows * net->widths[i + 1]);
    }
    m.gradients = take(l, n_parameters);
    m.deltas[0] = take(l, rows * width);
    m.deltas[1] = take(l, rows * width);
    m.top = take(l, rows * outputs);
    return m;
}

/* C = A·B, each dense as stored; C is [m, n]. */
static void add(lnt_bench_products *p, bool a_transposed, bool b_transposed, size_t m, size_t n,
                size_t k, const void *a, const void *b, void *c)
{
    p->list[p->count++] = (lnt_bench_product){.a_transposed = a_transposed,
                                              .b_transposed = b_transposed,
                                              .m = (int) m,
                                              .n = (int) n,
                                              .k = (int) k,
                                              .a = a,
                                              .b = b,
                                              .lda = (int) (a_transposed ? m : k),
                                              .ldb = (int) (b_transposed ? k : n),
                                              .c = c,
                                              .ldc = (int) n};
}

static void add_forward(lnt_bench_products *p, const lnt_bench_net *net, const matrices *m,
                        const size_t *offsets, size_t rows)
{
    const size_t size = lnt_dtype_size(p->dtype);
    for (size_t l = 0; l < net->n_layers; l++) {
        add(p, false, false, rows, net->widths[l + 1], net->widths[l],
            l > 0 ? m->activations[l - 1] : m->inputs,
            (const char *) m->parameters + offsets[l] * size, m->activations[l]);
    }
}

static void add_backward(lnt_bench_products *p, const lnt_bench_net *net, const matrices *m,
                         const size_t *offsets, size_t rows)
{
    const size_t size = lnt_dtype_size(p->dtype);
    const void *dy = m->top;
    for (size_t l = net->n_layers; l-- > 0;) {
        const size_t inputs = net->widths[l], outputs = net->widths[l + 1];
        add(p, true, false, inputs, outputs, rows, l > 0 ? m->activations[l - 1] : m->inputs, dy,
            (char *) m->gradients + offsets[l] * size);
        if (l > 0) {
            void *dx = m->deltas[l % 2];
            add(p, false, true, rows, inputs, outputs, dy,
                (const char *) m->parameters + offsets[l] * size, dx);
            dy = dx;
        }
    }
}

static void randomise(lnt_dtype dtype, void *data, size_t rows, size_t cols, uint64_t stream)
{
    lnt_tensor t = lnt_tensor_view(dtype, data, rows, cols);
    lnt_bench_randomise(&t, stream);
}

static void choose_forms(lnt_bench_products *p);

lnt_bench_products lnt_bench_create_products(const lnt_bench_net *net, const lnt_net *parameters,
                                             size_t rows, bool training)
{
    const lnt_tensor flat = lnt_net_parameters_read_only(parameters);
    lnt_bench_products products = {.dtype = flat.dtype};
    layout l = {.size = lnt_dtype_size(flat.dtype)};
    place(&l, net, flat.cols, rows, training);
    products.memory = lnt_bench_allocate(l.used, l.size);
    l.base = products.memory;
    l.used = 0;
    matrices m = place(&l, net, flat.cols, rows, training);
    m.parameters = flat.data;
    randomise(flat.dtype, m.inputs, rows, net->widths[0], 1);
    size_t offsets[LNT_BENCH_MOST_LAYERS], offset = 0;
    for (size_t i = 0; i < net->n_layers; i++) {
        offsets[i] = offset;
        offset += (net->widths[i] + 1) * net->widths[i + 1];
    }
    add_forward(&products, net, &m, offsets, rows);
    if (training) {
        randomise(flat.dtype, m.top, rows, net->widths[net->n_layers], 2);
        add_backward(&products, net, &m, offsets, rows);
    }
    choose_forms(&products);
    return products;
}

void lnt_bench_destroy_products(lnt_bench_products *products)
{
    lnt_release(NULL, products->copy);
    lnt_release(NULL, products->memory);
}

static void run_product(const lnt_bench_products *p, const lnt_bench_product *product)
{
    if (p->dtype == LNT_F32) {
        lnt_bench_bare_f32(product);
    } else {
        lnt_bench_bare_f64(product);
    }
}

/* By way of a copy of B that is not transposed. */
static void run_turned(const lnt_bench_products *p, const lnt_bench_product *product)
{
    const size_t k = (size_t) product->k, n = (size_t) product->n;
    const lnt_tensor stored = lnt_tensor_const_view(p->dtype, product->b, n, k);
    const lnt_tensor b = lnt_transpose(&stored);
    lnt_tensor copy = lnt_tensor_view(p->dtype, p->copy, k, n);
    lnt_bench_product own = *product;
    lnt_bench_check(lnt_copy(&b, &copy), "copying a matrix");
    own.b = p->copy;
    own.b_transposed = false;
    own.ldb = product->n;
    run_product(p, &own);
}

void lnt_bench_run_products(void *context, size_t calls)
{
    const lnt_bench_products *p = context;
    for (size_t i = 0; i < calls; i++) {
        for (size_t j = 0; j < p->count; j++) {
            if (p->turned[j]) {
                run_turned(p, &p->list[j]);
            } else {
                run_product(p, &p->list[j]);
            }
        }
    }
}

/* One product of the list, in one form. */
typedef struct form {
    const lnt_bench_products *products;
    size_t index;
    bool turned;
} form;

static void run_form(void *context, size_t calls)
{
    const form *f = context;
    for (size_t i = 0; i < calls; i++) {
        (f->turned ? run_turned : run_product)(f->products, &f->products->list[f->index]);
    }
}

/* Finds the best form of each product whose B is transposed. */
static void choose_forms(lnt_bench_products *p)
{
    size_t largest = 0;
    for (size_t j = 0; j < p->count; j++) {
        const size_t size = (size_t) p->list[j].k * (size_t) p->list[j].n;
        largest = size > largest ? size : largest;
    }
    p->copy = lnt_bench_allocate(largest, lnt_dtype_size(p->dtype));
    const lnt_bench_plan plan = {.rounds = 9};
    for (size_t j = 0; j < p->count; j++) {
        if (p->list[j].b_transposed) {
            form direct = {p, j, false}, turned = {p, j, true};
            const lnt_bench_contender contenders[] = {{run_form, &direct}, {run_form, &turned}};
            lnt_bench_figures figures[2];
            lnt_bench_measure(contenders, 2, &plan, figures);
            p->turned[j] = figures[1].ratio.median < 1;
        }
    }
}

void lnt_bench_run_gemv(void *context, size_t calls)
{
    const lnt_bench_products *p = context;
    for (size_t i = 0; i < calls; i++) {
        for (size_t j = 0; j < p->count; j++) {
            const lnt_bench_product *g = &p->list[j];
            if (p->dtype == LNT_F32) {
                cblas_sgemv(CblasRowMajor, CblasTrans, g->k, g->n, 1, g->b, g->ldb, g->a, 1, 0,
                            g->c, 1);
            } else {
                cblas_dgemv(CblasRowMajor, CblasTrans, g->k, g->n, 1, g->b, g->ldb, g->a, 1, 0,
                            g->c, 1);
            }
        }
    }
}
