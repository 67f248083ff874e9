/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CHECKPOINT_H
#define LINNET_CHECKPOINT_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * Checkpoints: named tensors and texts that outlive a crash. `lnt_fit` and `lnt_trainer` write and
 * read them by themselves (linnet/train.h); these functions are for programs that own their loop or
 * have state of their own to keep beside the net's.
 *
 * A checkpoint is a safetensors file with an XXH3 checksum of each tensor, and one of everything
 * else, in its metadata.
 */

/** A tensor to be written; its numbers lie row after row without gaps. Borrowed. */
typedef struct lnt_checkpoint_item {
    const char *name;
    lnt_tensor value; /**< F32 or F64 */
} lnt_checkpoint_item;

/** A text to be written, UTF-8. Borrowed. */
typedef struct lnt_checkpoint_text {
    const char *key; /**< one that does not begin with "linnet." */
    const char *value;
} lnt_checkpoint_text;

/** What goes into a checkpoint. Borrowed. */
typedef struct lnt_checkpoint_content {
    const lnt_checkpoint_item *items;
    size_t n_items;
    const lnt_checkpoint_text *texts;
    size_t n_texts;
} lnt_checkpoint_content;

/* --- one file --- */

/**
 * Writes a checkpoint: whole or not at all, synced to the disk, over whatever file was there.
 * `LNT_ERR_INVALID` for names that occur twice, are not UTF-8 or reserved, `LNT_ERR_SHAPE` for
 * tensors with gaps, `LNT_ERR_DTYPE`, `LNT_ERR_IO`. Thread-safe for distinct paths.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_write(const char *path,
                                                       const lnt_checkpoint_content *content,
                                                       lnt_error *error);

/** Room for the text of a checksum. */
#define LNT_CHECKSUM_LENGTH 17

/** An open checkpoint whose every checksum was found right. One thread at a time. */
typedef struct lnt_checkpoint lnt_checkpoint;

/**
 * Opens a checkpoint and reads through all of it; the caller closes it. A file that is cut, altered
 * or of another kind is `LNT_ERR_FORMAT`. `*checkpoint` is NULL on failure. Memory goes by the
 * length of the header, which is checked against the file's size first.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_open(lnt_checkpoint **checkpoint, const char *path,
                                                      const lnt_allocator *allocator,
                                                      lnt_error *error);
/** NULL is fine. */
LNT_API void lnt_checkpoint_close(lnt_checkpoint *checkpoint);
/** The path it was opened by. */
LNT_API const char *lnt_checkpoint_path(const lnt_checkpoint *checkpoint);
/** A text, owned by the checkpoint; NULL if there is none of that key. */
LNT_API const char *lnt_checkpoint_get_text(const lnt_checkpoint *checkpoint, const char *key);
/** The library that wrote it: "0.1.0". */
LNT_API const char *lnt_checkpoint_version(const lnt_checkpoint *checkpoint);
/** BLAS's kernels that the run used: "Zen". */
LNT_API const char *lnt_checkpoint_blas_core(const lnt_checkpoint *checkpoint);
/** Number of tensors. */
LNT_API size_t lnt_checkpoint_count(const lnt_checkpoint *checkpoint);
/** Name of tensor `i`, owned by the checkpoint; NULL outside. */
LNT_API const char *lnt_checkpoint_name(const lnt_checkpoint *checkpoint, size_t i);
/**
 * Dtype and shape of a tensor, in a tensor without data. `LNT_ERR_INVALID` if there is none of that
 * name.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_shape(const lnt_checkpoint *checkpoint,
                                                       const char *name, lnt_tensor *shape);
/**
 * Reads a tensor into `value`, which must have its dtype, its shape and no gaps (`LNT_ERR_DTYPE`,
 * `LNT_ERR_SHAPE`). `LNT_ERR_FORMAT` if there is none of that name. No allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_read(const lnt_checkpoint *checkpoint,
                                                      const char *name, lnt_tensor *value,
                                                      lnt_error *error);

/**
 * Reads a tensor through for the checksum that `lnt_tensor_checksum` has of it. `LNT_ERR_FORMAT` if
 * there is none of that name; `LNT_ERR_IO`, `LNT_ERR_MEMORY`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_checksum(const lnt_checkpoint *checkpoint,
                                                          const char *name,
                                                          char text[LNT_CHECKSUM_LENGTH],
                                                          lnt_error *error);

/**
 * The XXH3 checksum of a tensor's numbers, row by row whatever the strides, as 16 hexadecimal
 * digits: to tell whether data are the same as before. Any dtype; about 10 GB/s where rows lie
 * behind each other. `LNT_ERR_MEMORY`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_tensor_checksum(const lnt_tensor *tensor,
                                                      char text[LNT_CHECKSUM_LENGTH]);

/* --- a folder of them --- */

/**
 * A folder of numbered checkpoints, "checkpoint-000000001200.safetensors". An open one is locked
 * (flock) against other programs and other opens of it. One thread at a time.
 */
typedef struct lnt_checkpoint_folder lnt_checkpoint_folder;

/** So many checkpoints stay at least: should the newest be bad, there is one before. */
#define LNT_CHECKPOINT_MIN_KEEP 2

/** The file that asks a run to end. */
#define LNT_CHECKPOINT_STOP_FILE "stop"

/**
 * Opens a folder, which is made if it is not there (its parent is not). `keep`, at least
 * `LNT_CHECKPOINT_MIN_KEEP` (`LNT_ERR_INVALID`), is how many checkpoints stay; the path is copied.
 * `LNT_ERR_BUSY` if it is open elsewhere. The function removes temporary files that killed
 * processes of this machine left in the folder, if the file system has locks.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_open(lnt_checkpoint_folder **folder,
                                                             const char *path, size_t keep,
                                                             const lnt_allocator *allocator,
                                                             lnt_error *error);
/** Unlocks it; NULL is fine. */
LNT_API void lnt_checkpoint_folder_close(lnt_checkpoint_folder *folder);

/**
 * Writes checkpoint `number`, as `lnt_checkpoint_write`, and then, only if that succeeded, removes
 * all but the newest `keep`. `number` is at most 10^12 − 1 and should grow (`LNT_ERR_TOO_LARGE`).
 * That an old one cannot be removed is no failure.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_save(lnt_checkpoint_folder *folder,
                                                             uint64_t number,
                                                             const lnt_checkpoint_content *content,
                                                             lnt_error *error);

/**
 * Opens the newest checkpoint that is good; `*checkpoint` is NULL if there is none at all. Bad ones
 * on the way get ".bad" behind their name, and `skipped`, which may be NULL, tells of the first.
 * If there are only bad ones the status is that of the newest, and their names stay.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_newest(lnt_checkpoint_folder *folder,
                                                               lnt_checkpoint **checkpoint,
                                                               uint64_t *number, lnt_error *skipped,
                                                               lnt_error *error);

/**
 * Whether there is a file named `LNT_CHECKPOINT_STOP_FILE`; it is removed, as it has done its work.
 * Also while another thread saves.
 */
LNT_API bool lnt_checkpoint_folder_stop_requested(lnt_checkpoint_folder *folder);

LNT_END_DECLS

#endif
