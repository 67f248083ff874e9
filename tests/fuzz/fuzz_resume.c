/* SPDX-License-Identifier: MIT */
/* Checkpoints of a run: a run goes on from one, as the newest of its folder. */
#include "fuzz_allocator.h"
#include "fuzz_folder.h"
#include "io/checkpoint/file.h"
#include "mutate.h"

#include <linnet/linnet.h>
#include <math.h>

/* The net, the optimiser, the history and the copies for checkpoints; the rest is the file's. */
#define OVERHEAD ((size_t) 1 << 20u)
#define MULTIPLE 64
#define NAME "checkpoint-000000000003.safetensors"

enum { RUN_ROWS = 12, RUN_INPUTS = 2, RUN_EPOCHS = 3 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate(data, size, max_size, seed, &fuzz_safetensors, lnt_checkpoint_json_checksum);
}

static lnt_net *make_net(const lnt_allocator *allocator)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH), lnt_batch_norm(), lnt_dropout(0.25),
                                lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {.dtype = LNT_F64,
                                   .inputs = RUN_INPUTS,
                                   .layers = layers,
                                   .n_layers = 4,
                                   .seed = 7,
                                   .allocator = allocator};
    lnt_net *net = NULL;
    fuzz_require(lnt_net_create(&net, &config) == LNT_OK, "no net");
    return net;
}

static lnt_fit_config settings(const char *folder, const lnt_allocator *allocator)
{
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = RUN_EPOCHS;
    config.batch_rows = 4;
    config.validation_fraction = 0.3;
    config.restore_best = true;
    config.patience = 2;
    config.schedule = lnt_schedule_defaults(LNT_SCHEDULE_PLATEAU);
    config.checkpoint.directory = folder;
    config.checkpoint.every_steps = 2;
    config.checkpoint.resume = true;
    config.allocator = allocator;
    return config;
}

/* Runs from what is in the folder; with `changed`, of whatever settings that was. */
static void run(const char *folder, bool changed, const lnt_allocator *allocator)
{
    double numbers[RUN_ROWS][RUN_INPUTS + 1];
    for (size_t i = 0; i < RUN_ROWS; i++) {
        numbers[i][0] = (double) i / RUN_ROWS;
        numbers[i][1] = (double) (i % 5) - 2;
        numbers[i][2] = numbers[i][0] * numbers[i][1];
    }
    const lnt_tensor all = lnt_tensor_view(LNT_F64, numbers, RUN_ROWS, RUN_INPUTS + 1);
    lnt_tensor x = all, y = all;
    x.cols = RUN_INPUTS;
    y.data = &numbers[0][RUN_INPUTS];
    y.cols = 1;
    lnt_net *net = make_net(allocator);
    lnt_fit_config config = settings(folder, allocator);
    config.checkpoint.allow_changes = changed;
    fuzz_require(lnt_history_create(&config.history, net, RUN_EPOCHS, allocator) == LNT_OK,
                 "no history");
    lnt_fit_result result;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_fit(net, &x, &y, &config, &result, &error);
    if (status != LNT_OK) {
        fuzz_require(error.status == status && error.message[0] != '\0' &&
                         strchr(error.message, '\n') == NULL,
                     "no sentence of one line");
    } else {
        fuzz_require(result.epochs <= RUN_EPOCHS || result.resumed, "more epochs than asked for");
        fuzz_require(lnt_history_epochs(config.history) <= RUN_EPOCHS, "more history than room");
    }
    lnt_history_destroy(config.history);
    lnt_net_destroy(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int changed = 0; changed < 2; changed++) {
        const char *folder = fuzz_folder();
        fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
        const lnt_allocator allocator = fuzz_allocator(&memory);
        if (size > 0) { /* no file: the run begins */
            fuzz_folder_put(NAME, data, size);
        }
        run(folder, changed, &allocator);
        fuzz_memory_done(&memory);
    }
    return 0;
}
