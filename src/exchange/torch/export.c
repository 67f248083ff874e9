/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "exchange/torch/fold_scaling.h"
#include "exchange/torch/layers.h"
#include "exchange/torch/modules.h"
#include "io/model/architecture.h"
#include "io/model/file.h"
#include "io/model/text.h"
#include "loss/loss.h"

#include <stdio.h>
#include <string.h>

#define NAME_LENGTH 48

/* The state dict, in one block that starts at `items`. */
typedef struct torch_state {
    size_t room;
    size_t count;
    lnt_st_item *items;         /* [room] */
    size_t (*shapes)[2];        /* [room] */
    char (*names)[NAME_LENGTH]; /* [room] */
    char *transposed;           /* all weights in PyTorch's layout */
    size_t used;                /* bytes of them */
} torch_state;

static const int64_t no_batches =
    0; /* num_batches_tracked: PyTorch ignores it unless momentum is None */

/* Runs once to compute the size and once to lay out the block. */
static void lay_out(lnt_arena *arena, torch_state *state, const lnt_net *net)
{
    const lnt_tensor all = lnt_net_parameters_read_only(net);
    state->items = lnt_arena_take(arena, state->room, sizeof *state->items);
    state->shapes = lnt_arena_take(arena, state->room, sizeof *state->shapes);
    state->names = lnt_arena_take(arena, state->room, sizeof *state->names);
    state->transposed = lnt_arena_take(arena, all.cols, lnt_dtype_size(all.dtype));
}

static void add_item(torch_state *state, size_t module, const char *field, lnt_st_dtype dtype,
                     size_t rank, const void *data)
{
    char *name = state->names[state->count];
    (void) snprintf(name, NAME_LENGTH, "%zu.%s", module, field);
    state->items[state->count] = (lnt_st_item){
        {.name = name, .dtype = dtype, .rank = rank, .shape = state->shapes[state->count]}, data};
    state->count++;
}

static lnt_status add_parameter(torch_state *state, size_t module, const lnt_parameter *p)
{
    const char *field = strrchr(p->name, '.') + 1;
    const lnt_st_dtype dtype = lnt_model_dtype(p->value.dtype);
    size_t *shape = state->shapes[state->count];
    if (p->role != LNT_ROLE_WEIGHT) {
        shape[0] = p->value.cols;
        add_item(state, module, field, dtype, 1, p->value.data);
        return LNT_OK;
    }
    const lnt_tensor turned = lnt_transpose(&p->value);
    lnt_tensor copy =
        lnt_tensor_view(turned.dtype, state->transposed + state->used, turned.rows, turned.cols);
    LNT_TRY(lnt_copy(&turned, &copy));
    state->used += turned.rows * turned.cols * lnt_dtype_size(turned.dtype);
    shape[0] = turned.rows;
    shape[1] = turned.cols;
    add_item(state, module, field, dtype, 2, copy.data);
    return LNT_OK;
}

static lnt_status fill(torch_state *state, lnt_net *net)
{
    size_t module = 0, tensor = 0, statistic = 0;
    lnt_parameter p;
    for (size_t l = 0; l < lnt_net_n_layers(net); l++) {
        while (tensor < lnt_net_n_parameter_tensors(net) &&
               lnt_net_parameter(net, tensor, &p) == LNT_OK && p.layer == l) {
            LNT_TRY(add_parameter(state, module, &p));
            tensor++;
        }
        const size_t before = statistic;
        while (statistic < lnt_net_n_running_stats(net) &&
               lnt_net_running_stat(net, statistic, &p) == LNT_OK && p.layer == l) {
            LNT_TRY(add_parameter(state, module, &p));
            statistic++;
        }
        if (statistic > before) {
            add_item(state, module, lnt_torch_field_name(LNT_TORCH_BATCHES), LNT_ST_I64, 0,
                     &no_batches);
        }
        module += lnt_torch_n_modules(lnt_net_layer(net, l));
    }
    return LNT_OK;
}

static lnt_status make_state(torch_state *state, lnt_net *net)
{
    lnt_arena arena = {0};
    /* A batch norm has two statistics and, in the file, a count. */
    *state =
        (torch_state){.room = lnt_net_n_parameter_tensors(net) + 2 * lnt_net_n_running_stats(net)};
    lay_out(&arena, state, net);
    LNT_TRY(lnt_arena_open(&arena, NULL));
    lay_out(&arena, state, net);
    const lnt_status status = fill(state, net);
    if (status != LNT_OK) {
        lnt_release(NULL, state->items);
    }
    return status;
}

static bool put_text(json_t *metadata, const char *key, json_t *value)
{
    json_t *text = value != NULL ? lnt_json_embed(value) : NULL;
    json_decref(value);
    return lnt_json_put(metadata, key, text);
}

static json_t *metadata_json(const lnt_model *model, const lnt_net *net)
{
    char *text = NULL;
    json_t *metadata = json_object();
    const bool fine = metadata != NULL && lnt_torch_modules_text(net, &text) == LNT_OK &&
                      lnt_json_put(metadata, "format", json_string("pt")) &&
                      lnt_json_put(metadata, LNT_TORCH_SEQUENTIAL, json_string(text)) &&
                      put_text(metadata, LNT_TORCH_NET, lnt_architecture_json(net)) &&
                      put_text(metadata, LNT_TORCH_LOSS, lnt_loss_json(&model->loss));
    lnt_release(NULL, text);
    if (!fine) {
        json_decref(metadata);
        return NULL;
    }
    return metadata;
}

static lnt_status write_net(const lnt_model *model, lnt_net *net, const char *path,
                            lnt_error *error)
{
    torch_state state;
    lnt_status status = make_state(&state, net);
    if (status != LNT_OK) {
        return lnt_file_fail(error, status, path, "%s", lnt_status_text(status));
    }
    json_t *metadata = metadata_json(model, net);
    status = metadata != NULL ? lnt_st_write(path, state.items, state.count, metadata, error)
                              : lnt_file_fail_memory(error, path);
    json_decref(metadata);
    lnt_release(NULL, state.items);
    return status;
}

static lnt_status check_model(const lnt_model *model, bool fold, bool ignore, const char *path,
                              lnt_error *error)
{
    const size_t outputs = lnt_net_outputs(model->net);
    if (fold && ignore) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "scaling can be folded or ignored, not both");
    }
    if ((model->input_scaler != NULL || model->target_scaler != NULL) && !fold && !ignore) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "the model scales its %s, and nn.Sequential has no module for that: "
                             "ask for the scaling to be folded into the weights, or ignored",
                             model->input_scaler != NULL ? "inputs" : "targets");
    }
    const size_t targets = lnt_loss_target_cols(model->loss.kind, outputs);
    if (lnt_loss_check(&model->loss, outputs, NULL) != LNT_OK || targets == 0 ||
        (model->input_scaler != NULL &&
         lnt_scaler_cols(model->input_scaler) != lnt_net_inputs(model->net)) ||
        (model->target_scaler != NULL && lnt_scaler_cols(model->target_scaler) != targets)) {
        return lnt_file_fail(error, LNT_ERR_INVALID, path,
                             "the loss or the scaling of the model does not fit its net");
    }
    return lnt_torch_modules_check(model->net, path, error);
}

lnt_status lnt_torch_export(const lnt_model *model, const char *path,
                            const lnt_torch_options *options, lnt_error *error)
{
    if (model == NULL || model->net == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL,
                        "model to export: the model, its net or the path is NULL");
    }
    const bool fold = options != NULL && options->fold_scaling;
    const bool ignore = options != NULL && options->ignore_scaling;
    LNT_TRY(check_model(model, fold, ignore, path, error));
    if (!fold) {
        return write_net(model, model->net, path, error);
    }
    lnt_net *folded;
    LNT_TRY(lnt_fold_scaling(&folded, model, path, error));
    const lnt_status status = write_net(model, folded, path, error);
    lnt_net_destroy(folded);
    return status;
}
