/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_H
#define LINNET_DATA_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/* --- names: an immutable list of strings --- */

/** A list of strings (columns, classes): immutable, one allocation. */
typedef struct lnt_names lnt_names;

#define LNT_NOT_FOUND ((size_t) -1)

/** Copies `count` strings; the caller owns the list. On failure `*names` is NULL. */
LNT_API LNT_MUST_CHECK lnt_status lnt_names_create(lnt_names **names, const char *const *strings,
                                                   size_t count, const lnt_allocator *allocator);
LNT_API void lnt_names_destroy(lnt_names *names);
/** Number of strings; 0 for NULL. */
LNT_API size_t lnt_names_count(const lnt_names *names);
/** String `i`, owned by the list; NULL outside. */
LNT_API const char *lnt_names_get(const lnt_names *names, size_t i);
/** Index of the first string equal to `string`, or `LNT_NOT_FOUND`. */
LNT_API size_t lnt_names_find(const lnt_names *names, const char *string);

/* --- frame: a table read from a file --- */

/** A table: a matrix [rows, cols] of one dtype, column names, and labels of text columns. */
typedef struct lnt_frame lnt_frame;

typedef enum lnt_header_row {
    /**
     * The first record is a header if one of its fields is neither a number nor a missing value;
     * columns chosen as labels by number do not count.
     */
    LNT_HEADER_AUTO,
    LNT_HEADER_NONE,
    LNT_HEADER_PRESENT
} lnt_header_row;

typedef enum lnt_missing {
    LNT_MISSING_ERROR, /**< a missing value is an error that names line and column */
    LNT_MISSING_DROP   /**< its row is left out, and counted */
} lnt_missing;

typedef struct lnt_read_options {
    lnt_dtype dtype; /**< F32 or F64: text is rounded to it once */
    char delimiter;  /**< 0: the one of , ; TAB | that the first record has most of, else , */
    lnt_header_row header;
    lnt_missing missing;
    /** Columns, by name or 1-based number, in which text is a class label, not an error. */
    const char *const *label_columns;
    size_t n_label_columns;
    /**
     * Columns, by name or 1-based number, that are looked at; whatever the others hold, their cells
     * become 0. Those that are not there count for nothing; if none is there, or none is given, all
     * columns are looked at.
     */
    const char *const *use_columns;
    size_t n_use_columns;
    size_t memory_limit;            /**< bytes the matrix may take */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_read_options;

/** F32; automatic delimiter and header; missing values refused; no labels, no memory limit. */
LNT_API lnt_read_options lnt_read_defaults(void);

/**
 * Reads a CSV file (RFC 4180, and: any delimiter, LF or CRLF, a UTF-8 byte-order mark, no last
 * newline, blank lines skipped, blanks around numbers). Numbers are decimal, `.` is the decimal
 * point whatever the locale, and are rounded correctly to `dtype` from the text. An empty field,
 * "NA", "N/A", "nan", "null" and "?" (case aside) are missing values; "inf" is refused.
 *
 * In a label column that turns out to hold text, cells are indices into its labels, which are
 * sorted by bytes; one that holds numbers only stays a column of numbers (`lnt_frame_encode` makes
 * labels of those). F32 holds indices up to 2^24. Peak memory is the matrix and a line buffer for a
 * regular file; a pipe is read with a growing matrix. A record may have up to 256 MiB.
 *
 * `LNT_ERR_IO` if the file cannot be read; `LNT_ERR_FORMAT` for ragged rows, text where a number
 * should be, an open quote, a NUL byte or no data; `LNT_ERR_INVALID` for a label column that is not
 * there; `LNT_ERR_TOO_LARGE` over a limit; `LNT_ERR_NULL` without options. `error` says where.
 * `path` "-" is standard input. On failure `*frame` is NULL. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_csv_read(lnt_frame **frame, const char *path,
                                               const lnt_read_options *options, lnt_error *error);

/** What a table may come in. */
typedef enum lnt_data_format {
    LNT_DATA_AUTO, /**< found from the file's first bytes, or else from its name */
    LNT_DATA_CSV,  /**< text, as `lnt_csv_read` takes it */
    /**
     * NumPy's array: bool, i1 to i8, u1 to u8, f2 to f8 in either byte order, C's or Fortran's
     * order of elements, npy version 1 to 3; objects, records, complex numbers and text are
     * refused. One dimension is a column, three and more become [n, product of the rest], as by
     * `a.reshape(len(a), -1)`. Columns are called "column1", "column2", ...
     */
    LNT_DATA_NPY,
    /**
     * NumPy's archive of arrays, stored or deflated: all of them side by side, which must have as
     * many rows, or the one called NAME of "FILE.npz:NAME". An array y of one column is the column
     * "y", another the columns "y.1", "y.2", .... Not from a pipe.
     */
    LNT_DATA_NPZ,
    /**
     * The array that MNIST comes in, big-endian, of any of its types, also packed by gzip; shape
     * and names as for .npy.
     */
    LNT_DATA_IDX,
    /**
     * Lines LABEL [qid:N] INDEX:VALUE ..., indices from 1 and ascending, # begins a comment; qid is
     * not looked at. The columns are "target", "1", "2", ...; what is not given is 0.
     */
    LNT_DATA_LIBSVM
} lnt_data_format;

/** "auto", "csv", "npy", "npz", "idx", "libsvm"; NULL for a value outside the list. */
LNT_API const char *lnt_data_format_name(lnt_data_format format);
LNT_API LNT_MUST_CHECK lnt_status lnt_data_format_find(const char *name, lnt_data_format *format);

/**
 * Reads a table in any format; `path` "-" is standard input. Of the options, dtype, missing,
 * label_columns, use_columns, memory_limit and allocator hold for all formats, the others for CSV.
 * Where there is no text, label columns are columns of numbers, a NaN is a missing value, and an
 * infinity, or a number beyond f32's range, is refused. Numbers are rounded once, to nearest.
 *
 * Elements are read in blocks straight into the matrix, which lies as they do in the file: column
 * by column for Fortran's order. Peak memory is that matrix. It grows with what has been read where
 * the file's size does not vouch for it: from a pipe, and out of gzip; then the peak is the half
 * more. libsvm takes 16 bytes more for each number that is given. A table has at most 2^24 columns.
 *
 * Errors are those of `lnt_csv_read`; `LNT_ERR_FORMAT` also for sizes that contradict each other or
 * the file's, for a sum that is wrong, and for what is encrypted; `LNT_ERR_INVALID` for an array
 * that is not in the archive or a format outside its list; `LNT_ERR_TOO_LARGE` also for libsvm text
 * that is far too sparse for a matrix. On failure `*frame` is NULL. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_data_read(lnt_frame **frame, const char *path,
                                                lnt_data_format format,
                                                const lnt_read_options *options, lnt_error *error);

LNT_API void lnt_frame_destroy(lnt_frame *frame);

/**
 * The matrix [rows, cols]: a view into the frame; it may be written. Row-major, but column-major
 * from a file in Fortran's order.
 */
LNT_API lnt_tensor lnt_frame_values(lnt_frame *frame);

/** Column names; made up as "column1", … if the file had no header. Owned by the frame. */
LNT_API const lnt_names *lnt_frame_columns(const lnt_frame *frame);

/** Rows that were left out because of missing values. */
LNT_API size_t lnt_frame_rows_dropped(const lnt_frame *frame);

/** Labels of a column, owned by the frame; NULL for a column of numbers. */
LNT_API const lnt_names *lnt_frame_labels(const lnt_frame *frame, size_t column);

/**
 * Finds a column by name, or else by 1-based number ("1" is the first, "-1" the last).
 * `LNT_ERR_INVALID` if there is none; `error` then names the nearest column.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_find(const lnt_frame *frame, const char *column,
                                                 size_t *index, lnt_error *error);

/**
 * Turns a column of numbers into labels: its distinct values, ascending, at most `max_labels`
 * (`LNT_ERR_TOO_LARGE` beyond), written as short as reads back the same. Nothing happens to a
 * column that has labels already.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_encode(lnt_frame *frame, size_t column,
                                                   size_t max_labels, lnt_error *error);

/**
 * Recodes a column so that its cells are indices into `classes`, which it copies: labels match by
 * text, numbers by value. `LNT_ERR_INVALID` names a label that is not among them.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_encode_as(lnt_frame *frame, size_t column,
                                                      const lnt_names *classes, lnt_error *error);

/* --- files larger than memory --- */

/**
 * A file of rows that stays where it is and is read in blocks: CSV, .npy or IDX. It keeps the file
 * open. Before each block it is looked whether size or time of the file have changed since it was
 * opened, which is `LNT_ERR_IO`. One thread at a time.
 */
typedef struct lnt_row_reader lnt_row_reader;

/**
 * Opens what `lnt_data_read` would read, of some formats; the options are the same, and of them
 * only the allocator must outlive the call, as for any object.
 *
 * CSV is read from begin to end now, to check that each record is well-formed, to count the rows,
 * to gather the labels, and to note where every 256th row begins; so memory is 16 bytes for 256
 * rows, and the labels, both within `memory_limit`. .npy and IDX are gone to by row; numbers are
 * checked as they are read, and a missing value is an error with `LNT_MISSING_DROP`, too. IDX
 * packed by gzip is unpacked once now, to check it, and again from its begin whenever it is read
 * backwards.
 *
 * Errors are those of `lnt_data_read`; `LNT_ERR_INVALID` also for a pipe, for .npz and libsvm, and
 * for Fortran's order, in which rows are not together.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_open(lnt_row_reader **file, const char *path,
                                                      lnt_data_format format,
                                                      const lnt_read_options *options,
                                                      lnt_error *error);
LNT_API void lnt_row_reader_close(lnt_row_reader *file);

/** Rows that can be read, without those left out; columns; what they are read as. */
LNT_API size_t lnt_row_reader_rows(const lnt_row_reader *file);
LNT_API size_t lnt_row_reader_cols(const lnt_row_reader *file);
LNT_API lnt_dtype lnt_row_reader_dtype(const lnt_row_reader *file);

/** Rows of CSV that are left out because of missing values. */
LNT_API size_t lnt_row_reader_dropped(const lnt_row_reader *file);

/** Column names; labels of a column, NULL for one of numbers. Owned by the file. */
LNT_API const lnt_names *lnt_row_reader_columns(const lnt_row_reader *file);
LNT_API const lnt_names *lnt_row_reader_labels(const lnt_row_reader *file, size_t column);

/** Whether going back means reading from the file's begin, so that only one order is fast. */
LNT_API bool lnt_row_reader_in_order(const lnt_row_reader *file);

/**
 * Reads rows first … first + rows->rows − 1 into `rows` [any number, cols], of the file's dtype and
 * with any strides. `LNT_ERR_SHAPE` if they lie outside; `LNT_ERR_IO` or `LNT_ERR_FORMAT` if the
 * file is no longer what it was; what is in `rows` then has no meaning. No allocation, but for a
 * record longer than any before.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_read(lnt_row_reader *file, size_t first,
                                                      const lnt_tensor *rows, lnt_error *error);

/**
 * The `count` columns at `columns`, of all rows, as a frame with their names and labels, in memory
 * that the caller owns. With `columns` NULL it has all columns, and no rows: for their names. On
 * failure `*frame` is NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_columns_frame(lnt_row_reader *file,
                                                               const size_t *columns, size_t count,
                                                               lnt_frame **frame, lnt_error *error);

/* --- splitting and ordering --- */

/**
 * Chooses rows at random: writes a permutation of 0 … rows−1 to `index`, the first `*n_first` of
 * them the training part and the rest, round(fraction·rows), the validation part; each part keeps
 * at least one row if 0 < fraction < 1 and rows ≥ 2. With `labels` ([rows, 1], may be NULL) each
 * class is split in that proportion (largest remainders); the last training row of a class
 * stays, so the validation part may be smaller, or empty if every class has one row.
 * Depends on (seed, rows, fraction, labels) only. `LNT_ERR_INVALID` unless 0 ≤ fraction < 1;
 * `LNT_ERR_SHAPE`, `LNT_ERR_NONFINITE` or `LNT_ERR_TOO_LARGE` (2^32 rows) for labels.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_train_test_split(size_t rows, double fraction,
                                                       const lnt_tensor *labels, uint64_t seed,
                                                       size_t *index, size_t *n_first);

/**
 * Cross-validation: writes a permutation of 0 … rows−1 to `index` such that fold f is
 * index[first[f] … first[f + 1]), with first[0] = 0 and first[folds] = rows. Sizes differ by at
 * most one; with `labels` ([rows, 1], may be NULL) so do the rows of each class. Depends on (seed,
 * rows, folds, labels) only. `LNT_ERR_INVALID` unless 2 ≤ folds ≤ rows; labels as for
 * `lnt_train_test_split`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_k_fold(size_t rows, size_t folds, const lnt_tensor *labels,
                                             uint64_t seed, size_t *index, size_t *first);

/**
 * Reorders rows in place: row i becomes what row `index[i]` was. `index` must be a permutation
 * (`LNT_ERR_INVALID`, untouched, if not); it is used as scratch and restored.
 * `LNT_ERR_ALIAS` if X overlaps itself.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_permute_rows(lnt_tensor *x, size_t *index);

/* --- scaling --- */

/** An affine map of columns: z = (x − offset) / scale, kept in double; one allocation. */
typedef struct lnt_scaler lnt_scaler;

/** How a scaler's numbers come from a column; scale is 1 where a column is constant. */
typedef enum lnt_scaling {
    LNT_SCALING_NONE,     /**< offset 0, scale 1 */
    LNT_SCALING_STANDARD, /**< mean; standard deviation (divided by rows, not rows − 1) */
    LNT_SCALING_MIN_MAX,  /**< smallest; largest − smallest: the column becomes [0, 1] */
    LNT_SCALING_ROBUST    /**< median; third quartile − first, by linear interpolation */
} lnt_scaling;

/** "none", "standard", "min_max", "robust"; NULL for a value outside the list. */
LNT_API const char *lnt_scaling_name(lnt_scaling scaling);
LNT_API LNT_MUST_CHECK lnt_status lnt_scaling_find(const char *name, lnt_scaling *scaling);

/**
 * A scaler for the columns of x [rows, cols]. At least one row, all finite (`LNT_ERR_NONFINITE`).
 * The caller owns it; `*scaler` NULL on failure.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fit(lnt_scaler **scaler, lnt_scaling scaling,
                                                 const lnt_tensor *x,
                                                 const lnt_allocator *allocator);

/**
 * Gathers what a scaler needs of rows that come block by block; one allocation. Standard combines
 * means and squares of the blocks (Chan, Golub, LeVeque 1983), so its numbers are those of
 * `lnt_scaler_fit` but for rounding; the others are the same. Robust needs all rows:
 * `LNT_ERR_INVALID`. One thread at a time.
 */
typedef struct lnt_scaler_fitter lnt_scaler_fitter;

LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_create(lnt_scaler_fitter **fitter,
                                                           lnt_scaling scaling, size_t cols,
                                                           const lnt_allocator *allocator);
LNT_API void lnt_scaler_fitter_destroy(lnt_scaler_fitter *fitter);

/** Takes in x [any number of rows, cols]; `LNT_ERR_NONFINITE`, and nothing is taken in. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_partial_fit(lnt_scaler_fitter *fitter,
                                                                const lnt_tensor *x);

/** The scaler of all rows so far, at least one (`LNT_ERR_SHAPE`); errors as `lnt_scaler_fit`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_get_scaler(const lnt_scaler_fitter *fitter,
                                                               lnt_scaler **scaler,
                                                               const lnt_allocator *allocator);

/** A scaler of given numbers, each `cols` long, scale finite and not 0, offset finite. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_create(lnt_scaler **scaler, size_t cols,
                                                    const double *offset, const double *scale,
                                                    const lnt_allocator *allocator);
LNT_API void lnt_scaler_destroy(lnt_scaler *scaler);
/** Number of columns; 0 for NULL. */
LNT_API size_t lnt_scaler_cols(const lnt_scaler *scaler);
/** The numbers, `cols` each, owned by the scaler. */
LNT_API const double *lnt_scaler_offset(const lnt_scaler *scaler);
LNT_API const double *lnt_scaler_scale(const lnt_scaler *scaler);

/** Z = (X − offset) / scale, computed in double; Z may be exactly X. Thread-safe. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_transform(const lnt_scaler *scaler,
                                                       const lnt_tensor *x, lnt_tensor *z);

/** X = Z·scale + offset, computed in double; X may be exactly Z. Thread-safe. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_inverse_transform(const lnt_scaler *scaler,
                                                               const lnt_tensor *z, lnt_tensor *x);

LNT_END_DECLS

#endif
