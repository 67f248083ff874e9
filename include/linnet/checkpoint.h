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
 * Checkpoints: named tensors and texts that survive a crash. `lnt_fit` and `lnt_trainer` write and
 * read them themselves (linnet/train.h). These functions are for programs with their own training
 * loop, or with extra state to save.
 *
 * A checkpoint is a safetensors file. Its metadata has an XXH3 checksum of each tensor, and one of
 * the metadata itself.
 */

/** A tensor to write: row-major without gaps. Borrowed. */
typedef struct lnt_checkpoint_item {
    const char *name;
    lnt_tensor value; /**< F32 or F64 */
} lnt_checkpoint_item;

/** A text to write, UTF-8. Borrowed. */
typedef struct lnt_checkpoint_text {
    const char *key; /**< must not begin with "linnet." */
    const char *value;
} lnt_checkpoint_text;

/** The content of a checkpoint. Borrowed. */
typedef struct lnt_checkpoint_content {
    const lnt_checkpoint_item *items;
    size_t n_items;
    const lnt_checkpoint_text *texts;
    size_t n_texts;
} lnt_checkpoint_content;

/* --- one file --- */

/**
 * Writes a checkpoint atomically, synced to the disk; an existing file is replaced.
 * `LNT_ERR_INVALID` for names that occur twice, are not UTF-8 or are reserved, `LNT_ERR_SHAPE` for
 * tensors with gaps, `LNT_ERR_DTYPE`, `LNT_ERR_IO`. Thread-safe for distinct paths.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_write(const char *path,
                                                       const lnt_checkpoint_content *content,
                                                       lnt_error *error);

/** Size of the text of a checksum, with its terminator. */
#define LNT_CHECKSUM_LENGTH 17

/** An open checkpoint, with all checksums verified. One thread at a time. */
typedef struct lnt_checkpoint lnt_checkpoint;

/**
 * Opens a checkpoint and verifies all of it; the caller closes it. `LNT_ERR_FORMAT` if the file is
 * truncated, altered or not a checkpoint. `*checkpoint` is NULL on failure. Memory is proportional
 * to the length of the header, which is checked against the size of the file first.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_open(lnt_checkpoint **checkpoint, const char *path,
                                                      const lnt_allocator *allocator,
                                                      lnt_error *error);
/** NULL is fine. */
LNT_API void lnt_checkpoint_close(lnt_checkpoint *checkpoint);
/** The path that was opened. */
LNT_API const char *lnt_checkpoint_path(const lnt_checkpoint *checkpoint);
/** The text of a key, owned by the checkpoint; NULL if there is none. */
LNT_API const char *lnt_checkpoint_get_text(const lnt_checkpoint *checkpoint, const char *key);
/** The version of the library that wrote it: "0.1.0". */
LNT_API const char *lnt_checkpoint_version(const lnt_checkpoint *checkpoint);
/** The BLAS kernels of the run: "Zen". */
LNT_API const char *lnt_checkpoint_blas_core(const lnt_checkpoint *checkpoint);
/** Number of tensors. */
LNT_API size_t lnt_checkpoint_count(const lnt_checkpoint *checkpoint);
/** Name of tensor `i`, owned by the checkpoint; NULL outside. */
LNT_API const char *lnt_checkpoint_name(const lnt_checkpoint *checkpoint, size_t i);
/**
 * Gets dtype and shape of a tensor, as a tensor without data. `LNT_ERR_INVALID` if there is no
 * tensor of that name.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_shape(const lnt_checkpoint *checkpoint,
                                                       const char *name, lnt_tensor *shape);
/**
 * Reads a tensor into `value`, which must have the same dtype and shape, without gaps
 * (`LNT_ERR_DTYPE`, `LNT_ERR_SHAPE`). `LNT_ERR_FORMAT` if there is no tensor of that name. No
 * allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_read(const lnt_checkpoint *checkpoint,
                                                      const char *name, lnt_tensor *value,
                                                      lnt_error *error);

/**
 * Computes the checksum of a tensor in the file, as `lnt_tensor_checksum` does. `LNT_ERR_FORMAT` if
 * there is no tensor of that name; `LNT_ERR_IO`, `LNT_ERR_MEMORY`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_checksum(const lnt_checkpoint *checkpoint,
                                                          const char *name,
                                                          char text[LNT_CHECKSUM_LENGTH],
                                                          lnt_error *error);

/**
 * Computes the XXH3 checksum of a tensor's numbers, in row order for any strides, as 16 hexadecimal
 * digits, to detect changes of data. Any dtype; about 10 GB/s for contiguous rows.
 * `LNT_ERR_MEMORY`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_tensor_checksum(const lnt_tensor *tensor,
                                                      char text[LNT_CHECKSUM_LENGTH]);

/* --- a folder of checkpoints --- */

/**
 * A folder of numbered checkpoints, "checkpoint-000000001200.safetensors". While it is open, it is
 * locked (flock) against other programs and other calls of open. One thread at a time.
 */
typedef struct lnt_checkpoint_folder lnt_checkpoint_folder;

/**
 * The smallest number of checkpoints to keep: if the newest is corrupt, the one before it is used.
 */
#define LNT_CHECKPOINT_MIN_KEEP 2

/** Name of the file that stops a run. */
#define LNT_CHECKPOINT_STOP_FILE "stop"

/**
 * Opens a folder. It is created if it does not exist; its parent is not. `keep` is the number of
 * checkpoints to keep, at least `LNT_CHECKPOINT_MIN_KEEP` (`LNT_ERR_INVALID`). The path is copied.
 * `LNT_ERR_BUSY` if the folder is already open. The function removes temporary files of killed
 * processes of this machine, if the file system supports locks.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_open(lnt_checkpoint_folder **folder,
                                                             const char *path, size_t keep,
                                                             const lnt_allocator *allocator,
                                                             lnt_error *error);
/** Unlocks it; NULL is fine. */
LNT_API void lnt_checkpoint_folder_close(lnt_checkpoint_folder *folder);

/**
 * Writes checkpoint `number`, as `lnt_checkpoint_write`. Then, only on success, it removes all but
 * the newest `keep`. `number` is at most 10^12 − 1 (`LNT_ERR_TOO_LARGE`) and should increase. It is
 * not an error if an old checkpoint cannot be removed.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_save(lnt_checkpoint_folder *folder,
                                                             uint64_t number,
                                                             const lnt_checkpoint_content *content,
                                                             lnt_error *error);

/**
 * Opens the newest valid checkpoint; `*checkpoint` is NULL if the folder has none. Corrupt ones
 * before it are renamed to end in ".bad", and `skipped`, which may be NULL, describes the first. If
 * all are corrupt, the status is that of the newest, and none is renamed.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_checkpoint_folder_newest(lnt_checkpoint_folder *folder,
                                                               lnt_checkpoint **checkpoint,
                                                               uint64_t *number, lnt_error *skipped,
                                                               lnt_error *error);

/**
 * Whether a file named `LNT_CHECKPOINT_STOP_FILE` exists; if so, it is removed. May be called while
 * another thread saves.
 */
LNT_API bool lnt_checkpoint_folder_stop_requested(lnt_checkpoint_folder *folder);

LNT_END_DECLS

#endif
