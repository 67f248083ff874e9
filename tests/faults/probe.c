/* SPDX-License-Identifier: MIT */
/*
 * Operations on files, for the driver to run with failing calls (see test_faults.py):
 *
 *     probe list                   NAME write | NAME read WRITER |
 *                                  NAME folder LOOKER | NAME look FOLDER | NAME pair, a line each
 *     probe NAME PATH [old|new]    0 done; 1 refused, with the sentence on standard output
 *     probe save_for_ever FOLDER N  checkpoints N, N + 1, …, a line for each that is done
 *
 * A writer makes a file of one of two contents, each always of the same bytes. A reader prints what
 * it has read, so that two results can be told apart; its file is what WRITER has made. An
 * operation on a folder brings it to an old state, and from there to a new one; READER is given the
 * folder then, and finds one or the other. A pair is C source, PATH.c, and the header beside it. A
 * further operation is a function and a row of the table.
 */
#include "probe_data.h"
#include "support/formats.h"
#include "train/run/history.h"

#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { WRITE, READ, FOLDER, LOOK, PAIR } kind;

typedef struct operation {
    const char *name;
    kind kind;
    lnt_status (*write)(const char *path, bool new, lnt_error *error); /* or a folder's */
    lnt_status (*read)(const char *path, lnt_error *error);
    const char *other; /* a reader's writer, a folder's looker, and the reverse */
} operation;

/* --- what they work on --- */

/* 3-4-2, or 5-300-2: several pages. */
static lnt_status make_model(lnt_model *model, bool new)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    const double zero[5] = {0}, one[5] = {1, 1, 1, 1, 1};
    const lnt_layer layers[] = {lnt_dense(new ? 300 : 4, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    const size_t inputs = new ? 5 : 3;
    const lnt_net_config config = {new ? LNT_F64 : LNT_F32, inputs, layers, 2, 7, NULL};
    *model = lnt_model_init();
    LNT_TRY(lnt_net_create(&model->net, &config));
    LNT_TRY(lnt_scaler_create(&model->input_scaler, inputs, zero, one, NULL));
    return lnt_names_create(&model->input_names, names, inputs, NULL);
}

static lnt_status make_history(lnt_history **history, const lnt_net *net, size_t epochs)
{
    LNT_TRY(lnt_history_create(history, net, epochs, NULL));
    for (size_t i = 0; i < epochs; i++) {
        lnt_fit_progress progress = {.epoch = i + 1, .steps = 10 * i, .seconds = (double) i / 8};
        progress.train_loss = 1 / (double) (i + 1);
        for (size_t m = 0; m < LNT_N_METRICS; m++) {
            progress.validation.value[m] = NAN;
        }
        LNT_TRY(lnt_history_add(*history, net, &progress));
    }
    return LNT_OK;
}

/* --- writers --- */

static lnt_status save_model(const char *path, bool new, lnt_error *error)
{
    lnt_model model;
    lnt_status status = make_model(&model, new);
    if (status == LNT_OK) {
        status = lnt_model_save(&model, path, error);
    }
    lnt_model_finish(&model);
    return status;
}

/* Without the scaler, for which not every format has a place. */
static lnt_status export_by(lnt_status (*write)(const lnt_model *, const char *, lnt_error *),
                            const char *path, bool new, lnt_error *error)
{
    lnt_model model;
    lnt_status status = make_model(&model, new);
    if (status == LNT_OK) {
        lnt_scaler_destroy(model.input_scaler);
        model.input_scaler = NULL;
        status = write(&model, path, error);
    }
    lnt_model_finish(&model);
    return status;
}

static lnt_status export_npz(const char *path, bool new, lnt_error *error)
{
    return export_by(lnt_npz_export, path, new, error);
}

static lnt_status export_onnx(const char *path, bool new, lnt_error *error)
{
    return export_by(lnt_onnx_export, path, new, error);
}

static lnt_status write_torch(const lnt_model *model, const char *path, lnt_error *error)
{
    return lnt_torch_export(model, path, NULL, error);
}

static lnt_status export_torch(const char *path, bool new, lnt_error *error)
{
    return export_by(write_torch, path, new, error);
}

static lnt_status write_source(const lnt_model *model, const char *path, lnt_error *error)
{
    return lnt_c_export(model, path, NULL, error);
}

static lnt_status export_c(const char *path, bool new, lnt_error *error)
{
    return export_by(write_source, path, new, error);
}

static lnt_status write_npy(const char *path, bool new, lnt_error *error)
{
    static float numbers[20000];
    const lnt_tensor x = lnt_tensor_f32(numbers, new ? 10000 : 3, 2);
    for (size_t i = 0; i < 20000; i++) {
        numbers[i] = (float) i;
    }
    return lnt_npy_write(path, &x, error);
}

static lnt_status write_history(const char *path, bool new, bool json, lnt_error *error)
{
    lnt_model model;
    lnt_history *history = NULL;
    lnt_status status = make_model(&model, new);
    if (status == LNT_OK) {
        status = make_history(&history, model.net, new ? 200 : 3);
    }
    if (status == LNT_OK) {
        status = json ? lnt_history_write_jsonl(history, path, error)
                      : lnt_history_write_csv(history, path, error);
    }
    lnt_history_destroy(history);
    lnt_model_finish(&model);
    return status;
}

static lnt_status write_history_csv(const char *path, bool new, lnt_error *error)
{
    return write_history(path, new, false, error);
}

static lnt_status write_history_jsonl(const char *path, bool new, lnt_error *error)
{
    return write_history(path, new, true, error);
}

/* A table of 3 rows or 40000: more than the reader's buffer. */
static lnt_status write_file(const char *path, bool new, lnt_error *error)
{
    enum { ROWS = 40000, LINE = 32 };
    const size_t rows = new ? ROWS : 3;
    char *text = malloc(rows * LINE + LINE);
    if (text == NULL) {
        return LNT_ERR_MEMORY;
    }
    size_t length = (size_t) snprintf(text, LINE, "x,y,kind\n");
    for (size_t i = 0; i < rows; i++) {
        length += (size_t) snprintf(text + length, LINE, "%zu,%zu.5,%s\n", i, i % 7,
                                    i % 2 == 0 ? "even" : "odd");
    }
    const lnt_status status = lnt_file_write(path, text, length, error);
    free(text);
    return status;
}

/* --- readers --- */

/* FNV-1a: what was read, in a number. */
static unsigned long long digest(const void *data, size_t bytes)
{
    const unsigned char *from = data;
    unsigned long long sum = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes; i++) {
        sum = (sum ^ from[i]) * 0x100000001b3;
    }
    return sum;
}

static void print_tensor(const char *what, const lnt_tensor *x)
{
    printf("%s [%zu, %zu] %llx\n", what, x->rows, x->cols,
           digest(x->data, x->rows * x->cols * lnt_dtype_size(x->dtype)));
}

static lnt_status load_model(const char *path, lnt_error *error)
{
    lnt_model model;
    LNT_TRY(lnt_model_load(&model, path, NULL, error));
    const lnt_tensor parameters = lnt_net_parameters_read_only(model.net);
    print_tensor("parameters", &parameters);
    printf("%zu names\n", lnt_names_count(model.input_names));
    lnt_model_finish(&model);
    return LNT_OK;
}

static lnt_status load_net(const char *path, lnt_error *error)
{
    lnt_net *net;
    LNT_TRY(lnt_net_load(&net, path, NULL, error));
    const lnt_tensor parameters = lnt_net_parameters_read_only(net);
    print_tensor("parameters", &parameters);
    lnt_net_destroy(net);
    return LNT_OK;
}

static lnt_status read_csv(const char *path, lnt_error *error)
{
    static const char *const labels[] = {"kind"};
    lnt_read_options options = lnt_read_defaults();
    options.label_columns = labels;
    options.n_label_columns = 1;
    lnt_frame *frame;
    LNT_TRY(lnt_csv_read(&frame, path, &options, error));
    const lnt_tensor values = lnt_frame_values(frame);
    print_tensor("values", &values);
    lnt_frame_destroy(frame);
    return LNT_OK;
}

static lnt_status import(const char *path, lnt_error *error)
{
    lnt_model model;
    LNT_TRY(lnt_model_import(&model, path, NULL, error));
    const lnt_tensor parameters = lnt_net_parameters_read_only(model.net);
    print_tensor("parameters", &parameters);
    lnt_model_finish(&model);
    return LNT_OK;
}

static lnt_status read_data(const char *path, lnt_error *error)
{
    const lnt_read_options options = lnt_read_defaults();
    lnt_frame *frame;
    LNT_TRY(lnt_data_read(&frame, path, LNT_DATA_AUTO, &options, error));
    const lnt_tensor values = lnt_frame_values(frame);
    print_tensor("values", &values);
    lnt_frame_destroy(frame);
    return LNT_OK;
}

/* --- checkpoints --- */

static lnt_status save_into(lnt_checkpoint_folder *folder, uint64_t number, lnt_error *error)
{
    enum { NUMBERS = 3000 };
    static double numbers[NUMBERS];
    for (size_t i = 0; i < NUMBERS; i++) {
        numbers[i] = (double) (number * 1000 + i);
    }
    const lnt_checkpoint_item item = {"numbers", lnt_tensor_f64(numbers, 1, NUMBERS)};
    const lnt_checkpoint_text text = {"what", "a test"};
    const lnt_checkpoint_content content = {&item, 1, &text, 1};
    return lnt_checkpoint_folder_save(folder, number, &content, error);
}

/* Two checkpoints of which the second is the new state: a third takes the first one's place. */
static lnt_status save_checkpoint(const char *path, bool new, lnt_error *error)
{
    lnt_checkpoint_folder *folder;
    LNT_TRY(lnt_checkpoint_folder_open(&folder, path, 2, NULL, error));
    lnt_status status = LNT_OK;
    if (!new) {
        status = save_into(folder, 1, error);
    }
    if (status == LNT_OK) {
        status = save_into(folder, new ? 3 : 2, error);
    }
    lnt_checkpoint_folder_close(folder);
    return status;
}

static lnt_status print_newest(lnt_checkpoint_folder *folder, lnt_error *error)
{
    lnt_checkpoint *checkpoint;
    uint64_t number;
    lnt_tensor numbers;
    LNT_TRY(lnt_checkpoint_folder_newest(folder, &checkpoint, &number, NULL, error));
    if (checkpoint == NULL) {
        puts("none");
        return LNT_OK;
    }
    lnt_status status = lnt_checkpoint_shape(checkpoint, "numbers", &numbers);
    numbers.data = status == LNT_OK ? calloc(numbers.cols, sizeof(double)) : NULL;
    if (numbers.data != NULL) {
        status = lnt_checkpoint_read(checkpoint, "numbers", &numbers, error);
    }
    if (status == LNT_OK) {
        printf("%llu\n", (unsigned long long) number);
        print_tensor("numbers", &numbers);
    }
    free(numbers.data);
    lnt_checkpoint_close(checkpoint);
    return status;
}

static lnt_status newest_checkpoint(const char *path, lnt_error *error)
{
    lnt_checkpoint_folder *folder;
    LNT_TRY(lnt_checkpoint_folder_open(&folder, path, 2, NULL, error));
    const lnt_status status = print_newest(folder, error);
    lnt_checkpoint_folder_close(folder);
    return status;
}

/* Saves one after the other, and says so of each, until it is killed. */
static int save_for_ever(const char *path, const char *first)
{
    lnt_error error = {LNT_OK, ""};
    lnt_checkpoint_folder *folder;
    lnt_status status = lnt_checkpoint_folder_open(&folder, path, 2, NULL, &error);
    for (uint64_t i = strtoull(first, NULL, 10); status == LNT_OK; i++) {
        status = save_into(folder, i, &error);
        printf("%llu\n", (unsigned long long) i);
        fflush(stdout);
    }
    fputs(error.message, stderr);
    return 1;
}

/* --- the table --- */

static const operation operations[] = {
    {"save_model", WRITE, save_model, NULL, NULL},
    {"write_history_csv", WRITE, write_history_csv, NULL, NULL},
    {"write_history_jsonl", WRITE, write_history_jsonl, NULL, NULL},
    {"write_file", WRITE, write_file, NULL, NULL},
    {"load_model", READ, NULL, load_model, "save_model"},
    {"load_net", READ, NULL, load_net, "save_model"},
    {"read_csv", READ, NULL, read_csv, "write_file"},
    {"write_npy", WRITE, write_npy, NULL, NULL},
    {"read_npy", READ, NULL, read_data, "write_npy"},
    {"write_idx", WRITE, probe_write_idx, NULL, NULL},
    {"write_parts", WRITE, probe_write_parts, NULL, NULL},
    {"read_idx", READ, NULL, read_data, "write_idx"},
    {"write_idx_gz", WRITE, probe_write_idx_gz, NULL, NULL},
    {"read_idx_gz", READ, NULL, read_data, "write_idx_gz"},
    {"write_npz", WRITE, probe_write_npz, NULL, NULL},
    {"read_npz", READ, NULL, read_data, "write_npz"},
    {"write_npz_packed", WRITE, probe_write_npz_packed, NULL, NULL},
    {"read_npz_packed", READ, NULL, read_data, "write_npz_packed"},
    {"write_libsvm", WRITE, probe_write_libsvm, NULL, NULL},
    {"read_libsvm", READ, NULL, read_data, "write_libsvm"},
    {"read_blocks_csv", READ, NULL, probe_read_blocks, "write_file"},
    {"read_blocks_npy", READ, NULL, probe_read_array_blocks, "write_npy"},
    {"read_blocks_idx", READ, NULL, probe_read_array_blocks, "write_idx"},
    {"read_blocks_idx_gz", READ, NULL, probe_read_array_blocks, "write_idx_gz"},
    {"export_npz", WRITE, export_npz, NULL, NULL},
    {"import_npz", READ, NULL, import, "export_npz"},
    {"export_onnx", WRITE, export_onnx, NULL, NULL},
    {"import_onnx", READ, NULL, import, "export_onnx"},
    {"export_torch", WRITE, export_torch, NULL, NULL},
    {"import_torch", READ, NULL, import, "export_torch"},
    {"export_c", PAIR, export_c, NULL, NULL},
    {"save_checkpoint", FOLDER, save_checkpoint, NULL, "newest_checkpoint"},
    {"newest_checkpoint", LOOK, NULL, newest_checkpoint, "save_checkpoint"},
};

#define N_OPERATIONS (sizeof operations / sizeof operations[0])

static int list(void)
{
    static const char *const kinds[] = {"write", "read", "folder", "look", "pair"};
    for (size_t i = 0; i < N_OPERATIONS; i++) {
        const operation *o = &operations[i];
        if (!build_has(o->name)) {
            continue;
        }
        printf("%s %s%s%s\n", o->name, kinds[o->kind], o->other != NULL ? " " : "",
               o->other != NULL ? o->other : "");
    }
    return 0;
}

static int run(const operation *o, const char *path, bool new)
{
    lnt_error error = {LNT_OK, ""};
    const lnt_status status =
        o->write != NULL ? o->write(path, new, &error) : o->read(path, &error);
    if (status == LNT_OK) {
        return 0;
    }
    printf("%s %s %s\n", lnt_status_name(status), lnt_status_name(error.status), error.message);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        return list();
    }
    if (argc == 4 && strcmp(argv[1], "save_for_ever") == 0) {
        return save_for_ever(argv[2], argv[3]);
    }
    for (size_t i = 0; i < N_OPERATIONS && argc >= 3; i++) {
        if (strcmp(argv[1], operations[i].name) == 0) {
            return run(&operations[i], argv[2], argc > 3 && strcmp(argv[3], "new") == 0);
        }
    }
    fputs("usage: probe list | probe OPERATION PATH [old|new] | probe save_for_ever FOLDER N\n",
          stderr);
    return 2;
}
