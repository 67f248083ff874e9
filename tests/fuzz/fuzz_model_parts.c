/* SPDX-License-Identifier: MIT */
/*
 * The descriptions in a model, with all checksums right: the input is the JSON texts of net, loss,
 * record, input, target and class names, each ended by a NUL byte, then a byte of which scalers
 * there are, and the numbers. A file is made of them with the tensors that such a net has.
 */
#include "fuzz_allocator.h"
#include "io/json/text.h"
#include "io/model/architecture.h"
#include "io/model/file.h"

#include <linnet/io.h>
#include <linnet/predict.h>
#include <linnet/train.h>

#define OVERHEAD 65536
#define MULTIPLE 64
#define MOST_BYTES 65536 /* of a net's parameters: a larger one is left without */
#define MOST_WIDTH 4096  /* that is predicted with */

enum { N_TEXTS = 6, MAX_DEPTH = 3, MAX_ITEMS = 64 };

static const lnt_model_key text_keys[N_TEXTS] = {
    LNT_KEY_NET,         LNT_KEY_LOSS,         LNT_KEY_TRAINING_SUMMARY,
    LNT_KEY_INPUT_NAMES, LNT_KEY_TARGET_NAMES, LNT_KEY_CLASS_NAMES};

typedef struct file_parts {
    lnt_st_item items[MAX_ITEMS];
    char names[MAX_ITEMS][48];
    size_t shapes[MAX_ITEMS][2];
    size_t n_items;
    json_t *metadata;
    json_t *checksums;
    const uint8_t *numbers;
    size_t n_numbers;
} file_parts;

/* No more than this for the net from which the tensors' shapes are learned. */
static void *small_alloc(void *context, size_t bytes, size_t alignment)
{
    (void) context;
    return bytes <= MOST_BYTES ? aligned_alloc(alignment, bytes) : NULL;
}

static void small_free(void *context, void *block)
{
    (void) context;
    free(block);
}

static const lnt_allocator small_allocator = {small_alloc, small_free, NULL};

static void add_tensor(file_parts *parts, const char *name, lnt_st_dtype dtype, size_t rank,
                       const size_t shape[2])
{
    if (parts->n_items == MAX_ITEMS) {
        return;
    }
    const size_t i = parts->n_items++;
    snprintf(parts->names[i], sizeof parts->names[i], "%s", name);
    memcpy(parts->shapes[i], shape, sizeof parts->shapes[i]);
    lnt_st_item *item = &parts->items[i];
    item->tensor = (lnt_st_tensor){parts->names[i], dtype, rank, parts->shapes[i]};
    size_t bytes = 0;
    fuzz_require(lnt_st_tensor_bytes(&item->tensor, &bytes) == LNT_OK, "a tensor without a size");
    uint8_t *data = calloc(1, bytes + 1);
    fuzz_require(data != NULL, "no memory");
    const size_t given = bytes < parts->n_numbers ? bytes : parts->n_numbers;
    memcpy(data, parts->numbers, given);
    item->data = data;
    lnt_checksum sum;
    const lnt_checksum_part part = {data, bytes, lnt_st_dtype_word(dtype)};
    fuzz_require(lnt_checksum_of(&part, 1, &sum) == LNT_OK &&
                     json_object_set_new(parts->checksums, name, json_string(sum.text)) == 0,
                 "no memory");
}

static void add_parameter(file_parts *parts, const lnt_parameter *p)
{
    size_t shape[2] = {0};
    const size_t rank = lnt_model_shape(p->role, p->value.rows, p->value.cols, shape);
    add_tensor(parts, p->name, lnt_model_dtype(p->value.dtype), rank, shape);
}

static void add_net_tensors(file_parts *parts, lnt_net *net)
{
    lnt_parameter p;
    for (size_t i = 0; lnt_net_parameter(net, i, &p) == LNT_OK; i++) {
        add_parameter(parts, &p);
    }
    for (size_t i = 0; lnt_net_running_stat(net, i, &p) == LNT_OK; i++) {
        add_parameter(parts, &p);
    }
}

/* As many tensors as the net has, if it is one and small. */
static void add_net(file_parts *parts, const char *text, uint8_t scalers)
{
    static const char *const names[] = {LNT_INPUT_OFFSET, LNT_INPUT_SCALE, LNT_TARGET_OFFSET,
                                        LNT_TARGET_SCALE};
    json_t *root = NULL;
    lnt_net_config config;
    lnt_layer *layers = NULL;
    lnt_net *net = NULL;
    if (lnt_json_parse(&root, text, strlen(text), MAX_DEPTH, (lnt_json_context){"-", "-"}, NULL) ==
            LNT_OK &&
        lnt_architecture_parse(&config, &layers, root, "-", NULL, NULL) == LNT_OK) {
        config.allocator = &small_allocator;
        if (lnt_net_create(&net, &config) == LNT_OK) {
            add_net_tensors(parts, net);
            const size_t widths[2] = {lnt_net_inputs(net), lnt_net_outputs(net)};
            for (unsigned i = 0; i < 4; i++) {
                const size_t shape[2] = {i >= 2 && (scalers & 16u) != 0 ? 1 : widths[i / 2], 0};
                if ((scalers >> i & 1u) != 0 && shape[0] <= MOST_WIDTH) {
                    add_tensor(parts, names[i], LNT_ST_F64, 1, shape);
                }
            }
        }
    }
    lnt_net_destroy(net);
    lnt_release(NULL, layers);
    json_decref(root);
}

static void set_text(json_t *metadata, lnt_model_key key, const char *text)
{
    /* A key whose text is no UTF-8 is left out. */
    (void) json_object_set_new(metadata, lnt_model_key_name(key), json_string(text));
}

static lnt_status write_parts(file_parts *parts, const char *path)
{
    char *sums = json_dumps(parts->checksums, JSON_COMPACT);
    fuzz_require(sums != NULL, "no memory");
    set_text(parts->metadata, LNT_KEY_FORMAT, LNT_MODEL_FORMAT);
    set_text(parts->metadata, LNT_KEY_VERSION, "1.0");
    set_text(parts->metadata, LNT_KEY_CHECKSUMS, sums);
    free(sums);
    lnt_checksum sum;
    fuzz_require(lnt_model_metadata_checksum(lnt_json_texts(parts->metadata), &sum) == LNT_OK,
                 "no memory");
    set_text(parts->metadata, LNT_KEY_CHECKSUM, sum.text);
    return lnt_st_write(path, parts->items, parts->n_items, parts->metadata, NULL);
}

/* Makes the file; returns its size. */
static size_t make_file(const char *path, const uint8_t *data, size_t size)
{
    file_parts parts = {.metadata = json_object(), .checksums = json_object()};
    fuzz_require(parts.metadata != NULL && parts.checksums != NULL, "no memory");
    char *copy = calloc(1, size + 1); /* the last text may lack its end */
    fuzz_require(copy != NULL, "no memory");
    memcpy(copy, data, size);
    size_t at = 0;
    for (size_t i = 0; i < N_TEXTS && at < size; i++) {
        if (copy[at] != '\0') {
            set_text(parts.metadata, text_keys[i], copy + at);
        }
        at += strlen(copy + at) + 1;
    }
    const uint8_t scalers = at < size ? data[at++] : 0;
    parts.numbers = at < size ? data + at : data;
    parts.n_numbers = at < size ? size - at : 0;
    add_net(&parts, copy, scalers);
    fuzz_require(write_parts(&parts, path) == LNT_OK, "the file cannot be made");
    size_t bytes = 65536;
    for (size_t i = 0; i < parts.n_items; i++) {
        size_t of_tensor = 0;
        (void) lnt_st_tensor_bytes(&parts.items[i].tensor, &of_tensor);
        bytes += of_tensor;
        free((void *) parts.items[i].data);
    }
    json_decref(parts.metadata);
    json_decref(parts.checksums);
    free(copy);
    return bytes + size;
}

static void predict(const lnt_model *model, const lnt_allocator *allocator)
{
    static double numbers[2 * MOST_WIDTH];
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    if (inputs > MOST_WIDTH || outputs > MOST_WIDTH) {
        return;
    }
    const lnt_tensor x = lnt_tensor_view(dtype, numbers, 1, inputs);
    lnt_tensor y = lnt_tensor_view(dtype, numbers + MOST_WIDTH, 1, outputs);
    lnt_predictor *predictor;
    fuzz_require(lnt_predictor_create(&predictor, model, 1, allocator) == LNT_OK &&
                     lnt_predict(predictor, &x, &y) == LNT_OK,
                 "a model that was loaded does not predict");
    lnt_predictor_destroy(predictor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[] = "/dev/shm/linnet-fuzz-parts-XXXXXX";
    static int made;
    if (!made) {
        const int fd = mkstemp(path);
        fuzz_require(fd >= 0 && close(fd) == 0, "no file in memory");
        made = 1;
    }
    const size_t bytes = make_file(path, data, size);
    fuzz_memory memory = fuzz_memory_of(OVERHEAD + MULTIPLE * bytes);
    const lnt_allocator allocator = fuzz_allocator(&memory);
    lnt_model model;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_model_load(&model, path, &allocator, &error);
    fuzz_require((status == LNT_OK) == (model.net != NULL), "status and net differ");
    if (status != LNT_OK) {
        fuzz_sentence(&error, status, path);
    } else {
        predict(&model, &allocator);
        fuzz_require(lnt_model_save(&model, path, &error) == LNT_OK, error.message);
        lnt_model again;
        fuzz_require(lnt_model_load(&again, path, NULL, &error) == LNT_OK, error.message);
        lnt_model_finish(&again);
    }
    lnt_model_finish(&model);
    fuzz_memory_done(&memory);
    unlink(path);
    return 0;
}
