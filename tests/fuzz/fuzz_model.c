/* SPDX-License-Identifier: MIT */
/* Models: loads one, predicts a row with it, and saves it again. */
#include "fuzz_allocator.h"
#include "mutate.h"

#include <linnet/io.h>
#include <linnet/predict.h>
#include <linnet/train.h>

/* Tensors take what they take in the file; the rest is names and the header's table. */
#define OVERHEAD 65536
#define MULTIPLE 64

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_mutate(data, size, max_size, seed, &fuzz_safetensors, fuzz_model_sum);
}

/* Whatever it predicts; but all is there that a prediction needs. */
static void predict(const lnt_model *model, const lnt_allocator *allocator)
{
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    double *numbers = calloc(inputs + outputs, sizeof *numbers);
    fuzz_require(numbers != NULL, "no memory");
    const lnt_tensor x = lnt_tensor_view(dtype, numbers, 1, inputs);
    lnt_tensor y = lnt_tensor_view(dtype, numbers + inputs, 1, outputs);
    lnt_predictor *predictor;
    fuzz_require(lnt_predictor_create(&predictor, model, 1, allocator) == LNT_OK &&
                     lnt_predict(predictor, &x, &y) == LNT_OK,
                 "a model that was loaded does not predict");
    lnt_predictor_destroy(predictor);
    free(numbers);
}

/* What is loaded is saved, and loaded once more. */
static void save_and_load(const lnt_model *model)
{
    static char path[] = "/dev/shm/linnet-fuzz-model-XXXXXX";
    static int made;
    if (!made) {
        const int fd = mkstemp(path);
        fuzz_require(fd >= 0 && close(fd) == 0, "no file in memory");
        made = 1;
    }
    lnt_model again;
    lnt_error error = {LNT_OK, ""};
    if (lnt_model_save(model, path, &error) != LNT_OK ||
        lnt_model_load(&again, path, NULL, &error) != LNT_OK) {
        fuzz_require(0, error.message);
    }
    fuzz_require(lnt_net_n_parameter_tensors(again.net) == lnt_net_n_parameter_tensors(model->net),
                 "another number of tensors");
    lnt_model_finish(&again);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * size);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    const char *path = fuzz_file(data, size);
    const lnt_status status = lnt_model_load(&model, path, &allocator, &error);
    fuzz_require((status == LNT_OK) == (model.net != NULL), "status and net differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    } else {
        predict(&model, &allocator);
        save_and_load(&model);
    }
    lnt_model_finish(&model);

    lnt_net *net;
    const lnt_status of_net = lnt_net_load(&net, path, &allocator, NULL);
    fuzz_require((of_net == LNT_OK) == (net != NULL), "status and net differ");
    fuzz_require(status != LNT_OK || of_net == LNT_OK, "a model without its net");
    lnt_net_destroy(net);
    fuzz_memory_done(&memory);
    return 0;
}
