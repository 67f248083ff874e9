/* SPDX-License-Identifier: MIT */
/* ONNX: reads a model, predicts a row with it, and writes and reads it again. */
#include "fuzz_allocator.h"

#include <linnet/exchange.h>
#include <linnet/predict.h>
#include <linnet/train.h>
#include <math.h>

/* What a graph may grow to, the file itself, and a model as large. */
#define OVERHEAD (17 << 20)
#define MULTIPLE 130

enum { MOST_COLUMNS = 4096 };

/* Whatever it predicts; but all is there that a prediction needs. */
static void predict(const lnt_model *model)
{
    static double numbers[2 * MOST_COLUMNS];
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    if (inputs > MOST_COLUMNS || outputs > MOST_COLUMNS) {
        return;
    }
    memset(numbers, 0, sizeof numbers);
    const lnt_tensor x = lnt_tensor_view(dtype, numbers, 1, inputs);
    lnt_tensor y = lnt_tensor_view(dtype, numbers + MOST_COLUMNS, 1, outputs);
    lnt_predictor *predictor;
    fuzz_require(lnt_predictor_create(&predictor, model, 1, NULL) == LNT_OK &&
                     lnt_predict(predictor, &x, &y) == LNT_OK,
                 "a model that was read does not predict");
    lnt_predictor_destroy(predictor);
}

/* What is read is written, unless a scaler has numbers that f32 cannot hold, and read once more. */
static void write_and_read(const lnt_model *model)
{
    static char path[] = "/dev/shm/linnet-fuzz-onnx-XXXXXX";
    static int made;
    if (!made) {
        const int fd = mkstemp(path);
        fuzz_require(fd >= 0 && close(fd) == 0, "no file in memory");
        made = 1;
    }
    lnt_model again;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_onnx_export(model, path, &error);
    if (status == LNT_ERR_INVALID && strstr(error.message, "the range of f32") != NULL) {
        return;
    }
    if (status != LNT_OK || lnt_onnx_import(&again, path, NULL, &error) != LNT_OK) {
        fuzz_require(0, error.message);
    }
    fuzz_require(lnt_net_outputs(again.net) == lnt_net_outputs(model->net),
                 "another number of outputs");
    lnt_model_finish(&again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    const lnt_onnx_options options = {.memory_limit = 1 << 26, .allocator = &allocator};
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    const char *path = fuzz_file(data, size);
    const lnt_status status = lnt_onnx_import(&model, path, &options, &error);
    fuzz_require((status == LNT_OK) == (model.net != NULL), "status and net differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    } else {
        predict(&model);
        write_and_read(&model);
    }
    lnt_model_finish(&model);
    fuzz_memory_done(&memory);
    return 0;
}
