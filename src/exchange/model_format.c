/* SPDX-License-Identifier: MIT */
#include "base/files/file_begin.h"
#include "base/files/file_error.h"
#include "exchange/torch/state_dict.h"
#include "io/model/file.h"

#include <linnet/exchange.h>
#include <string.h>

static const char *const names[] = {
    [LNT_FORMAT_LINNET] = "linnet", [LNT_FORMAT_TORCH] = "torch", [LNT_FORMAT_NPZ] = "npz",
    [LNT_FORMAT_ONNX] = "onnx",     [LNT_FORMAT_C] = "c",
};

const char *lnt_model_format_name(lnt_model_format format)
{
    return (size_t) format < sizeof names / sizeof names[0] ? names[format] : NULL;
}

lnt_status lnt_model_format_find(const char *name, lnt_model_format *format)
{
    if (name == NULL || format == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (lnt_model_format) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

/* --- by content --- */

#define ZIP_MAGIC "PK\x03\x04"
#define EMPTY_ZIP_MAGIC "PK\x05\x06"
#define MAGIC_LENGTH 4

/* A safetensors file of another program has no linnet key in its metadata. */
static lnt_status safetensors_format(const char *path, lnt_model_format *format, lnt_error *error)
{
    lnt_st_file *file;
    LNT_TRY(lnt_st_open(&file, path, NULL, error));
    const lnt_text_lookup metadata = lnt_name_map_texts(lnt_st_metadata(file));
    const bool own = lnt_model_value(metadata, LNT_KEY_FORMAT) != NULL;
    lnt_st_close(file);
    *format = own ? LNT_FORMAT_LINNET : LNT_FORMAT_TORCH;
    return LNT_OK;
}

/*
 * A ModelProto begins with the version of its format, field 1, a number below 128, or with another
 * of its first fields as text: protobuf's tags 8 and 18 to 66.
 */
static bool is_onnx(const unsigned char *bytes, size_t size)
{
    static const unsigned char tags[] = {0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42};
    return size >= 2 && memchr(tags, bytes[0], sizeof tags) != NULL && bytes[1] > 0 &&
           (bytes[0] != tags[0] || bytes[1] < 128);
}

/* A safetensors file: the length of the header, less than 2^32, and then a brace. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    static const unsigned char zeros[4];
    return size > 8 && memcmp(bytes + 4, zeros, sizeof zeros) == 0 && bytes[8] == '{';
}

lnt_status lnt_model_format_detect(const char *path, lnt_model_format *format, lnt_error *error)
{
    if (path == NULL || format == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "format of a file: the path or the format is NULL");
    }
    unsigned char bytes[LNT_FILE_BEGIN];
    size_t size;
    LNT_TRY(lnt_file_begin(path, bytes, &size, error));
    if (is_safetensors(bytes, size)) {
        return safetensors_format(path, format, error);
    }
    if (lnt_torch_is_index(bytes, size)) {
        *format = LNT_FORMAT_TORCH;
        return LNT_OK;
    }
    if (size >= MAGIC_LENGTH && (memcmp(bytes, ZIP_MAGIC, MAGIC_LENGTH) == 0 ||
                                 memcmp(bytes, EMPTY_ZIP_MAGIC, MAGIC_LENGTH) == 0)) {
        *format = LNT_FORMAT_NPZ;
        return LNT_OK;
    }
    if (is_onnx(bytes, size)) {
        *format = LNT_FORMAT_ONNX;
        return LNT_OK;
    }
    return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                         "no model of a known format: expected safetensors, an index of them, npz "
                         "or ONNX");
}
