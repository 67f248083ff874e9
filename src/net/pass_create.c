/* SPDX-License-Identifier: MIT */
#include "net/pass.h"

#include "layers/activations/activation.h"
#include "net/net.h"
#include "net/pass_shards.h"
#include "tensor/blas/blas.h"

#include <limits.h>

lnt_pass_config lnt_pass_defaults(void)
{
    return (lnt_pass_config){.max_rows = 32, .mode = LNT_TRAINING};
}

/* The widest matrix between two layers; the inputs count only if their gradient is wanted. */
static size_t widest(const lnt_net *net, bool with_inputs)
{
    size_t width = with_inputs ? net->widths[0] : 0;
    for (size_t l = 1; l <= net->n_layers; l++) {
        width = net->widths[l] > width ? net->widths[l] : width;
    }
    return width;
}

/* One matrix [max_rows, cols]. */
static void *take_matrix(lnt_arena *arena, const lnt_net *net, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        return NULL;
    }
    return lnt_arena_take(arena, size, lnt_dtype_size(net->dtype));
}

/* Two buffers in turn, and one for each output that is needed later; NULLs while measuring. */
static void place_inference(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                            lnt_tensor *activations)
{
    const size_t width = widest(net, false);
    void *buffers[2];
    buffers[0] = take_matrix(arena, net, config->max_rows, width);
    buffers[1] = net->n_layers > 1 ? take_matrix(arena, net, config->max_rows, width) : NULL;
    unsigned next = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        const bool kept = l + 1 < net->n_layers && net->comes_back[l + 1];
        void *data =
            kept ? take_matrix(arena, net, config->max_rows, net->widths[l + 1]) : buffers[next];
        next ^= !kept;
        if (activations != NULL) {
            activations[l].data = data;
        }
    }
}

/* What backward needs besides the activations; `pass` is NULL while measuring. */
static void place_training(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                           lnt_pass *pass)
{
    const size_t size = lnt_dtype_size(net->dtype), layers = net->n_layers;
    const size_t width = widest(net, config->input_gradient);
    lnt_tensor *gradients = lnt_arena_take(arena, net->n_tensors, sizeof *gradients);
    lnt_tensor *caches = lnt_arena_take(arena, layers, sizeof *caches);
    void **onces = lnt_arena_take(arena, layers, sizeof *onces);
    void **skips = lnt_arena_take(arena, layers, sizeof *skips);
    if (pass != NULL) {
        pass->gradients = gradients;
        pass->caches = caches;
        pass->onces = onces;
        pass->skips = skips;
    }
    void *flat = lnt_arena_take(arena, net->n_parameters, size);
    for (size_t l = 0; l < layers; l++) {
        void *data = take_matrix(arena, net, config->max_rows, net->widths[l + 1]);
        void *cache = take_matrix(arena, net, config->max_rows, net->cache_cols[l]);
        void *once = lnt_arena_take(arena, net->cache_once[l], size);
        void *skip = net->layers[l].kind->has_span
                         ? take_matrix(arena, net, config->max_rows, net->widths[l + 1])
                         : NULL;
        if (pass != NULL) {
            pass->activations[l].data = data;
            caches[l] = lnt_tensor_view(net->dtype, cache, config->max_rows, net->cache_cols[l]);
            onces[l] = once;
            skips[l] = skip;
        }
    }
    void *first = take_matrix(arena, net, config->max_rows, width);
    void *second = layers > 1 || config->input_gradient
                       ? take_matrix(arena, net, config->max_rows, width)
                       : NULL;
    if (pass != NULL) {
        pass->flat_gradients = flat;
        pass->deltas[0] = first;
        pass->deltas[1] = second;
    }
}

static unsigned threads_of(const lnt_pass_config *config)
{
    return config->threads > 1 ? config->threads : 1;
}

/* What each layer plans with. */
static void place_plans(lnt_arena *arena, const lnt_net *net, lnt_layer_run *runs)
{
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer_kind *kind = net->layers[l].kind;
        if (kind->bind == NULL) {
            continue;
        }
        void *plan = lnt_arena_take(arena, kind->plan_size, 1);
        lnt_product_form *forms = lnt_arena_take(arena, kind->n_products, sizeof *forms);
        if (runs != NULL) {
            runs[l].plan = plan;
            runs[l].forms = forms;
        }
    }
}

/* Bytes of scratch that the products of any layer need, for one thread. */
static size_t scratch_of(const lnt_net *net, const lnt_pass_config *config)
{
    size_t most = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        const size_t in = net->widths[l], out = net->widths[l + 1], rows = config->max_rows;
        const lnt_product shapes[] = {{.dtype = net->dtype, .m = rows, .n = out, .k = in},
                                      {.dtype = net->dtype, .m = in, .n = out, .k = rows},
                                      {.dtype = net->dtype, .m = rows, .n = in, .k = out}};
        const size_t count = config->mode == LNT_TRAINING ? 3 : 1;
        for (size_t i = 0; net->layers[l].kind->n_products > 0 && i < count; i++) {
            const size_t size = lnt_product_scratch(&shapes[i]);
            most = size > most ? size : most;
        }
    }
    return most;
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_pass *place(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config)
{
    lnt_pass *pass = lnt_arena_take(arena, 1, sizeof *pass);
    lnt_tensor *activations = lnt_arena_take(arena, net->n_layers, sizeof *activations);
    lnt_tensor *parameters =
        lnt_arena_take(arena, net->n_tensors + net->n_statistics, sizeof *parameters);
    lnt_layer_run *runs = lnt_arena_take(arena, net->n_layers, sizeof *runs);
    const unsigned threads = threads_of(config);
    lnt_member *members = lnt_arena_take(arena, threads, sizeof *members);
    if (pass != NULL) {
        pass->activations = activations;
        pass->parameters = parameters;
        pass->runs = runs;
        pass->members = members;
    }
    place_plans(arena, net, runs);
    const size_t scratch = scratch_of(net, config);
    for (unsigned i = 0; i < threads; i++) {
        void *memory = lnt_arena_take(arena, scratch, 1);
        if (pass != NULL) {
            members[i].scratch = memory;
        }
    }
    if (config->mode == LNT_INFERENCE) {
        place_inference(arena, net, config, pass != NULL ? activations : NULL);
    } else {
        place_training(arena, net, config, pass);
    }
    lnt_shards_place(arena, net, config, pass != NULL ? &pass->shards : NULL);
    (void) lnt_arena_take(arena, 1,
                          LNT_ALIGNMENT); /* products read vectors, also of the last row */
    return pass;
}

/* What stays of a layer's arguments; rows and x come with each batch. */
static void describe_run(lnt_pass *pass, const lnt_net *net, size_t l)
{
    lnt_layer_run *run = &pass->runs[l];
    run->mode = pass->mode;
    run->parameters = pass->parameters + net->first_tensor[l];
    run->statistics = pass->parameters + net->n_tensors + net->first_statistic[l];
    run->x = l > 0 ? pass->activations[l - 1]
                   : lnt_tensor_view(net->dtype, NULL, pass->max_rows, net->widths[0]);
    run->y = pass->activations[l];
    run->seed = pass->seed;
    if (pass->mode == LNT_TRAINING) {
        run->cache = pass->caches[l];
        run->once = pass->onces[l];
        run->gradients = pass->gradients + net->first_tensor[l];
        run->need_dx = l > 0 || pass->input_gradient;
    }
    const lnt_layer *layer = &net->layers[l];
    pass->first_comes_back |= layer->kind->has_span && layer->skip_depth == l;
}

/* A dense layer's dx can leave its product as the dz of a dense layer before it. */
static void pass_slope_on(lnt_pass *pass, const lnt_net *net, size_t l)
{
    const lnt_layer *layer = &net->layers[l], *before = &net->layers[l - 1];
    if (layer->kind->has_own_dx && before->kind->has_own_dx && !net->comes_back[l]) {
        pass->runs[l - 1].dy_is_dz = lnt_activation_slope(before, &pass->runs[l].dx_finish);
    }
}

/* Which of two buffers each layer finds dL/dy in, and leaves dL/dx in. */
static void chain_deltas(lnt_pass *pass, const lnt_net *net)
{
    void *delta = pass->deltas[0];
    for (size_t l = net->n_layers; l-- > 0;) {
        void *other = delta == pass->deltas[0] ? pass->deltas[1] : pass->deltas[0];
        lnt_layer_run *run = &pass->runs[l];
        run->dy = lnt_tensor_view(net->dtype, delta, pass->max_rows, net->widths[l + 1]);
        delta = net->layers[l].kind->has_own_dx ? other : delta;
        run->dx = lnt_tensor_view(net->dtype, delta, pass->max_rows, net->widths[l]);
        if (l > 0) {
            pass_slope_on(pass, net, l);
        }
    }
}

static void describe(lnt_pass *pass, const lnt_net *net, const lnt_pass_config *config)
{
    pass->mode = config->mode;
    pass->input_gradient = config->input_gradient;
    pass->seed = config->seed;
    pass->dtype = net->dtype;
    pass->signature = net->signature;
    pass->max_rows = config->max_rows;
    pass->n_layers = net->n_layers;
    pass->n_tensors = net->n_tensors;
    pass->n_parameters = net->n_parameters;
    pass->n_statistics = net->n_statistics;
    for (size_t l = 0; l < net->n_layers; l++) {
        pass->activations[l] = lnt_tensor_view(net->dtype, pass->activations[l].data,
                                               config->max_rows, net->widths[l + 1]);
    }
    for (size_t i = 0; config->mode == LNT_TRAINING && i < net->n_tensors; i++) {
        pass->gradients[i] = lnt_net_view(net, i, pass->flat_gradients);
    }
    for (unsigned i = 0; i < threads_of(config); i++) {
        pass->members[i].share = (lnt_share){i, threads_of(config)};
    }
    pass->alone = (lnt_member){.share = {0, 1}, .scratch = pass->members[0].scratch};
    for (size_t l = 0; l < net->n_layers; l++) {
        describe_run(pass, net, l);
        pass->work += (double) net->widths[l] * (double) net->widths[l + 1];
    }
    if (config->mode == LNT_TRAINING) {
        chain_deltas(pass, net);
    }
}

static lnt_status start_team(lnt_pass *pass, const lnt_pass_config *config)
{
    const unsigned threads = threads_of(config);
    if (threads == 1) {
        return LNT_OK;
    }
    LNT_TRY(lnt_team_create(&pass->team, threads, config->allocator));
    for (unsigned i = 0; i < threads; i++) {
        pass->members[i].team = pass->team;
    }
    return LNT_OK;
}

static lnt_status check_threads(const lnt_pass_config *config, lnt_error *error)
{
    const unsigned threads = config->threads, processors = lnt_team_processors();
    if (threads > LNT_MAX_THREADS) {
        return lnt_fail(error, LNT_ERR_TOO_LARGE, "threads is %u, expected at most %d", threads,
                        LNT_MAX_THREADS);
    }
    if (threads > 1 && threads > processors && !config->oversubscribe) {
        return lnt_fail(error, LNT_ERR_THREADS,
                        "threads is %u, expected at most %u, the number of processors", threads,
                        processors);
    }
    return threads > 1 && lnt_blas_threads() > 1
               ? lnt_fail(error, LNT_ERR_THREADS,
                          "threads is %u, and BLAS has %d threads of its own; expected 1, set by "
                          "lnt_blas_set_threads(1)",
                          threads, lnt_blas_threads())
               : LNT_OK;
}

lnt_status lnt_pass_check(const lnt_pass_config *config, lnt_error *error)
{
    if (config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "config is NULL");
    }
    if ((unsigned) config->gemm > LNT_GEMM_BUILTIN) {
        return lnt_fail(error, LNT_ERR_INVALID, "products is %d, expected one of lnt_gemm_backend",
                        (int) config->gemm);
    }
    if (config->mode != LNT_TRAINING && config->mode != LNT_INFERENCE) {
        return lnt_fail(error, LNT_ERR_INVALID, "mode is %d, expected one of lnt_mode",
                        (int) config->mode);
    }
    if (config->mode == LNT_INFERENCE && config->input_gradient) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "input_gradient is true, expected false in inference");
    }
    if (config->max_rows == 0 || config->max_rows > INT_MAX) {
        return lnt_fail(error, config->max_rows == 0 ? LNT_ERR_INVALID : LNT_ERR_TOO_LARGE,
                        "max_rows is %zu, expected a whole number from 1 to %d", config->max_rows,
                        INT_MAX);
    }
    return check_threads(config, error);
}

lnt_status lnt_pass_create(lnt_pass **out, const lnt_net *net, const lnt_pass_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (net == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_pass_check(config, NULL));
    lnt_arena arena = {0};
    place(&arena, net, config);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_pass *pass = place(&arena, net, config);
    pass->owner = lnt_owner_of(config->allocator);
    pass->end = arena.base + arena.used;
    describe(pass, net, config);
    lnt_pass_choose(pass, net, config->gemm);
    const lnt_status status = start_team(pass, config);
    if (status != LNT_OK) {
        lnt_pass_destroy(pass);
        return status;
    }
    *out = pass;
    return LNT_OK;
}

void lnt_pass_destroy(lnt_pass *pass)
{
    if (pass != NULL) {
        lnt_team_destroy(pass->team);
        lnt_owner_release(pass->owner, pass);
    }
}

size_t lnt_pass_max_rows(const lnt_pass *pass)
{
    return pass->max_rows;
}
