/* SPDX-License-Identifier: MIT */
#ifndef LINNET_STATUS_H
#define LINNET_STATUS_H

#include <linnet/export.h>

LNT_BEGIN_DECLS

/**
 * Every status a function can return, with its text. Unless its comment says otherwise, a function
 * that does not return `LNT_OK` has changed none of its outputs, and every object stays usable.
 */
#define LNT_STATUS_LIST(X)                                                                         \
    X(LNT_OK, "success")                                                                           \
    X(LNT_ERR_NULL, "a required argument is NULL")                                                 \
    X(LNT_ERR_INVALID, "an argument is outside its range")                                         \
    X(LNT_ERR_SHAPE, "the shapes do not fit together")                                             \
    X(LNT_ERR_DTYPE, "the element types do not fit together")                                      \
    X(LNT_ERR_ALIAS, "an output overlaps an input or itself")                                      \
    X(LNT_ERR_TOO_LARGE, "a size exceeds what BLAS, memory or the given limit can hold")           \
    X(LNT_ERR_MEMORY, "the allocator returned NULL")                                               \
    X(LNT_ERR_STATE, "the call is out of order")                                                   \
    X(LNT_ERR_MISMATCH, "the objects were made for different nets or different data")              \
    X(LNT_ERR_EXISTS, "what is to be created exists already")                                      \
    X(LNT_ERR_BUSY, "another program or thread uses it")                                           \
    X(LNT_ERR_IO, "a file could not be opened, read or written")                                   \
    X(LNT_ERR_FORMAT, "the content of a file is malformed")                                        \
    X(LNT_ERR_NONFINITE, "a value is infinite or not a number")                                    \
    X(LNT_ERR_THREADS, "threads cannot be started, or BLAS or another thread is in their way")

typedef enum lnt_status {
#define LNT_STATUS_NAME_(name, text) name,
    LNT_STATUS_LIST(LNT_STATUS_NAME_)
#undef LNT_STATUS_NAME_
} lnt_status;

/** The text of a status, in English; never NULL, also for values outside the list. Thread-safe. */
LNT_API const char *lnt_status_text(lnt_status status);

/** The identifier of a status, such as "LNT_ERR_SHAPE"; never NULL. Thread-safe. */
LNT_API const char *lnt_status_name(lnt_status status);

/** Returns the status of `call` from the enclosing function unless it is `LNT_OK`. */
#define LNT_TRY(call)                                                                              \
    do {                                                                                           \
        const lnt_status lnt_try_status_ = (call);                                                 \
        if (lnt_try_status_ != LNT_OK) {                                                           \
            return lnt_try_status_;                                                                \
        }                                                                                          \
    } while (0)

#define LNT_ERROR_LENGTH 512

/**
 * A sentence about what went wrong: the file, line or argument, what was found, what was expected.
 * Owned by the caller; functions that take one accept NULL. It is written only on failure.
 */
typedef struct lnt_error {
    lnt_status status;
    char message[LNT_ERROR_LENGTH]; /**< UTF-8, zero-terminated, cut at a character if too long */
} lnt_error;

/**
 * Writes `status` and the formatted sentence to `error` (nothing if `error` is NULL) and returns
 * `status`, so that it can stand in a return statement. Thread-safe for distinct `error`.
 */
LNT_API lnt_status lnt_fail(lnt_error *error, lnt_status status, const char *format, ...)
    LNT_PRINTF(3, 4);

LNT_END_DECLS

#endif
