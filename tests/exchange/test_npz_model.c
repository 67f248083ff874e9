/* SPDX-License-Identifier: MIT */
/* Models as NumPy's archives: every bit comes back, and what is wrong is refused. */
#include "base/files/little_endian.h"
#include "support/failing_allocator.h"
#include "support/net.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

static char folder[] = "/tmp/linnet-npz-XXXXXX";
static char path[64], other[64];

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/m.npz", folder);
    snprintf(other, sizeof other, "%s/n.npz", folder);
}

static void end(void)
{
    remove(path);
    remove(other);
    rmdir(folder);
}

TestSuite(npz_model, .init = begin, .fini = end);

static lnt_model full_model(lnt_dtype dtype)
{
    static const char *const names[] = {"a", "b", "\xc3\xa9"};
    const double offset[3] = {1, -2, 1e9}, scale[3] = {0.1, 3, 7};
    const lnt_layer layers[] = {lnt_dense(4, LNT_TANH), lnt_batch_norm(), lnt_prelu(),
                                lnt_dense(3, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = 3, .layers = layers, .n_layers = 4, .seed = 7};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(&model.net, &config));
    OK(lnt_scaler_create(&model.input_scaler, 3, offset, scale, NULL));
    OK(lnt_names_create(&model.class_names, names, 3, NULL));
    model.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    model.record.epochs = 5;
    return model;
}

static void same_model(const lnt_model *a, const lnt_model *b)
{
    const lnt_tensor p = lnt_net_state_vector_read_only(a->net),
                     q = lnt_net_state_vector_read_only(b->net);
    assert_eq(p.dtype, q.dtype);
    assert_eq(p.cols, q.cols);
    assert_bytes_eq(p.data, q.data, p.cols * lnt_dtype_size(p.dtype));
    assert_bytes_eq(lnt_scaler_offset(a->input_scaler), lnt_scaler_offset(b->input_scaler),
                    3 * sizeof(double));
    assert_str_eq(lnt_names_get(b->class_names, 2), "\xc3\xa9");
    assert_eq(b->loss.kind, LNT_LOSS_SOFTMAX_CROSS_ENTROPY);
    assert_eq(b->record.epochs, 5);
}

Test(npz_model, every_bit_comes_back)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_model model = full_model(dtype), again;
        lnt_model_format format;
        OK(lnt_npz_export(&model, path, NULL));
        OK(lnt_model_format_detect(path, &format, NULL));
        assert_eq(format, LNT_FORMAT_NPZ);
        OK(lnt_npz_import(&again, path, NULL, NULL));
        same_model(&model, &again);
        lnt_model_finish(&again);
        OK(lnt_model_import(&again, path, NULL, NULL));
        same_model(&model, &again);
        lnt_model_finish(&again);
        lnt_model_finish(&model);
    }
}

/* Turns the order of bytes of floats in a .npy file; false if it holds others. */
static bool turn_array(unsigned char *data, size_t size)
{
    const size_t begin = 10 + data[8] + 256 * (size_t) data[9];
    char *const text = (char *) data + 10;
    data[begin - 1] = '\0'; /* the end of the line, behind the header */
    char *const f4 = strstr(text, "f4'"), *const kind = f4 != NULL ? f4 : strstr(text, "f8'");
    data[begin - 1] = '\n';
    if (kind == NULL) {
        return false;
    }
    kind[-1] = kind[-1] == '<' ? '>' : '<';
    lnt_swap_words(data + begin, size - begin, (size_t) (kind[1] - '0'));
    return true;
}

/* As NumPy writes it on a machine whose order of bytes is the other one. */
static size_t turn_archive(void)
{
    size_t turned = 0;
    zip_t *zip = zip_open(path, 0, NULL);
    cr_assert_not_null(zip);
    for (zip_uint64_t i = 0; i < (zip_uint64_t) zip_get_num_entries(zip, 0); i++) {
        zip_stat_t stat;
        assert_eq(zip_stat_index(zip, i, 0, &stat), 0);
        const size_t size = (size_t) stat.size;
        unsigned char *data = malloc(size);
        zip_file_t *file = zip_fopen_index(zip, i, 0);
        cr_assert_not_null(data);
        cr_assert_not_null(file);
        assert_eq(zip_fread(file, data, stat.size), (zip_int64_t) stat.size);
        zip_fclose(file);
        turned += turn_array(data, size);
        zip_source_t *source = zip_source_buffer(zip, data, stat.size, 1);
        cr_assert_not_null(source);
        assert_eq(zip_file_replace(zip, i, source, 0), 0);
    }
    assert_eq(zip_close(zip), 0);
    return turned;
}

Test(npz_model, the_other_order_of_bytes)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_model model = full_model(dtype), again;
        OK(lnt_npz_export(&model, path, NULL));
        assert_eq(turn_archive(), 11);
        OK(lnt_npz_import(&again, path, NULL, NULL));
        same_model(&model, &again);
        lnt_model_finish(&again);
        lnt_model_finish(&model);
    }
}

Test(npz_model, its_arrays_are_data)
{
    lnt_model model = full_model(LNT_F32);
    lnt_frame *frame;
    lnt_read_options options = lnt_read_defaults();
    OK(lnt_npz_export(&model, path, NULL));
    char member[96];
    snprintf(member, sizeof member, "%s:layers.0.weight", path);
    OK(lnt_data_read(&frame, member, LNT_DATA_AUTO, &options, NULL));
    const lnt_tensor values = lnt_frame_values(frame);
    lnt_parameter weight;
    OK(lnt_net_parameter(model.net, 0, &weight));
    assert_eq(difference(&values, &weight.value), 0);
    lnt_frame_destroy(frame);
    lnt_model_finish(&model);
}

static size_t read_file(const char *from, unsigned char **data)
{
    FILE *file = fopen(from, "rb");
    struct stat status;
    cr_assert_not_null(file);
    assert_eq(stat(from, &status), 0);
    *data = malloc((size_t) status.st_size);
    assert_eq(fread(*data, 1, (size_t) status.st_size, file), (size_t) status.st_size);
    fclose(file);
    return (size_t) status.st_size;
}

static void write_file(const unsigned char *data, size_t size)
{
    FILE *file = fopen(other, "wb");
    cr_assert_not_null(file);
    assert_eq(fwrite(data, 1, size, file), size);
    assert_eq(fclose(file), 0);
}

/* Either refused with a sentence, or the same model as before. */
static bool is_refused(const lnt_model *model)
{
    lnt_model again;
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_npz_import(&again, other, NULL, &error);
    if (status == LNT_OK) {
        same_model(model, &again);
        lnt_model_finish(&again);
        return false;
    }
    assert_eq(error.status, status, "'%s'", error.message);
    assert_starts(error.message, other);
    cr_assert_null(again.net);
    return true;
}

Test(npz_model, cut_and_altered_files)
{
    lnt_model model = full_model(LNT_F32);
    unsigned char *data;
    size_t refused = 0;
    OK(lnt_npz_export(&model, path, NULL));
    const size_t size = read_file(path, &data);
    for (size_t i = 0; i < size; i += i < 200 ? 1 : 37) {
        write_file(data, i);
        cr_assert(is_refused(&model), "cut at %zu", i);
    }
    for (size_t i = 0; i < size; i += 3) {
        data[i] ^= (unsigned char) (1U << i % 8);
        write_file(data, size);
        refused += is_refused(&model);
        data[i] ^= (unsigned char) (1U << i % 8);
    }
    assert_gt(refused, size / 3 / 2, "%zu of %zu", refused, size / 3);
    free(data);
    lnt_model_finish(&model);
}

Test(npz_model, without_memory)
{
    lnt_model model = full_model(LNT_F32), again;
    OK(lnt_npz_export(&model, path, NULL));
    size_t fails = 0;
    for (failing f = {.fail_at = 1};; f = (failing){.fail_at = f.fail_at + 1}) {
        const lnt_allocator allocator = failing_allocator(&f);
        const lnt_status status = lnt_npz_import(&again, path, &allocator, NULL);
        if (status == LNT_OK) {
            lnt_model_finish(&again);
            assert_eq(f.live, 0);
            break;
        }
        assert_status(status, LNT_ERR_MEMORY, "%s", lnt_status_name(status));
        assert_eq(f.live, 0, "%s", lnt_status_name(status));
        fails++;
    }
    assert_gt(fails, 5);
    lnt_model_finish(&model);
}

Test(npz_model, what_is_refused)
{
    lnt_model model = full_model(LNT_F32), again;
    lnt_error error = {LNT_OK, ""};
    FAILS(LNT_ERR_NULL, lnt_npz_export(NULL, path, &error));
    FAILS(LNT_ERR_NULL, lnt_npz_import(NULL, path, NULL, &error));
    FAILS(LNT_ERR_IO, lnt_npz_import(&again, path, NULL, &error));
    FAILS(LNT_ERR_IO, lnt_npz_export(&model, "/no/such/place/m.npz", &error));
    static const unsigned char empty[22] = "PK\5\6";
    write_file(empty, sizeof empty);
    FAILS(LNT_ERR_FORMAT, lnt_npz_import(&again, other, NULL, &error));
    lnt_model_finish(&model);
}
