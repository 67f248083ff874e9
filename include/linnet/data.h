/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_H
#define LINNET_DATA_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/settings.h>
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
     * The first record is a header if one of its fields is neither a number nor a missing value.
     * Label columns that are chosen by number do not count.
     */
    LNT_HEADER_AUTO,
    LNT_HEADER_NONE,
    LNT_HEADER_PRESENT
} lnt_header_row;

typedef enum lnt_missing {
    LNT_MISSING_ERROR, /**< a missing value is an error that names line and column */
    LNT_MISSING_DROP   /**< its row is dropped, and counted */
} lnt_missing;

typedef struct lnt_read_options {
    lnt_dtype dtype; /**< F32 or F64: each number is rounded once, to nearest */
    char delimiter;  /**< 0: the most frequent of , ; TAB | in the first record, or else a comma */
    lnt_header_row header;
    lnt_missing missing;
    /** Columns, by name or 1-based number, in which text is a class label, not an error. */
    const char *const *label_columns;
    size_t n_label_columns;
    /**
     * Columns to use, by name or 1-based number. The cells of all other columns become 0, whatever
     * they are in the file. Columns that do not exist are ignored. If none exists, or none is
     * given, all columns are used.
     */
    const char *const *use_columns;
    size_t n_use_columns;
    size_t memory_limit;            /**< limit of the matrix, in bytes */
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_read_options;

/**
 * F32; automatic delimiter and header; a missing value is an error; no label columns, no memory
 * limit.
 */
LNT_API lnt_read_options lnt_read_defaults(void);

/** The table of all settings, constant; see linnet/settings.h. */
LNT_API const lnt_setting *lnt_read_settings(size_t *count);

/** Sets a field by its name from text, like `lnt_optim_set`. Lists of columns are not settings. */
LNT_API LNT_MUST_CHECK lnt_status lnt_read_set(lnt_read_options *options, const char *name,
                                               const char *value, lnt_error *error);

/** Writes a field as text, like `lnt_optim_get`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_read_get(const lnt_read_options *options, const char *name,
                                               char value[LNT_SETTING_LENGTH], lnt_error *error);

/**
 * Reads a CSV file: RFC 4180, and also any delimiter, LF or CRLF, a UTF-8 byte-order mark, a
 * missing last newline, blank lines (skipped), and blanks around numbers. Numbers are decimal, with
 * `.` as decimal point in any locale, and are rounded correctly from the text to `dtype`. An empty
 * field, "NA", "N/A", "nan", "null" and "?" (in any case) are missing values. "inf" is refused.
 *
 * A label column with text becomes a column of indices into its labels, which are sorted by bytes.
 * A label column with numbers only stays a column of numbers (`lnt_frame_encode` makes labels of
 * them). F32 represents indices up to 2^24. For a regular file, peak memory is the matrix and a
 * line buffer; for a pipe, the matrix grows. A record has at most 256 MiB.
 *
 * `LNT_ERR_IO` if the file cannot be read; `LNT_ERR_FORMAT` for rows of different lengths, text
 * instead of a number, an unclosed quote, a NUL byte or no data; `LNT_ERR_INVALID` for a label
 * column that does not exist; `LNT_ERR_TOO_LARGE` over a limit; `LNT_ERR_NULL` without options.
 * `error` names file, line and column. `path` "-" is standard input. On failure `*frame` is NULL.
 * Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_csv_read(lnt_frame **frame, const char *path,
                                               const lnt_read_options *options, lnt_error *error);

/** The file formats of tables. */
typedef enum lnt_data_format {
    LNT_DATA_AUTO, /**< detected from the file's first bytes, or else from its name */
    LNT_DATA_CSV,  /**< text, see `lnt_csv_read` */
    /**
     * A NumPy array, npy version 1 to 3: bool, i1 to i8, u1 to u8, f2 to f8, in either byte order,
     * in C or Fortran order. Objects, records, complex numbers and text are refused. One dimension
     * is a column; three or more become [n, product of the rest], like `a.reshape(len(a), -1)`. The
     * columns are named "column1", "column2", ....
     */
    LNT_DATA_NPY,
    /**
     * A NumPy archive of arrays, stored or deflated. All arrays are placed side by side and must
     * have the same number of rows; "FILE.npz:NAME" reads only the array NAME. An array y with one
     * column is the column "y"; with more, the columns "y.1", "y.2", .... It cannot be read from a
     * pipe.
     */
    LNT_DATA_NPZ,
    /**
     * The IDX format of MNIST: a big-endian array of any IDX type, plain or gzip-compressed. Shape
     * and names as for .npy.
     */
    LNT_DATA_IDX,
    /**
     * Lines LABEL [qid:N] INDEX:VALUE ..., with ascending indices from 1; # begins a comment; qid
     * is ignored. The columns are "target", "1", "2", ...; values that are not given are 0.
     */
    LNT_DATA_LIBSVM
} lnt_data_format;

/** "auto", "csv", "npy", "npz", "idx", "libsvm"; NULL for a value outside the list. */
LNT_API const char *lnt_data_format_name(lnt_data_format format);
LNT_API LNT_MUST_CHECK lnt_status lnt_data_format_find(const char *name, lnt_data_format *format);

/**
 * Reads a table in any format; `path` "-" is standard input. The options dtype, missing,
 * label_columns, use_columns, memory_limit and allocator are for all formats, the others for CSV
 * only. In formats without text, label columns are columns of numbers, a NaN is a missing value,
 * and an infinity or a number beyond f32's range is refused. Numbers are rounded once, to nearest.
 *
 * Elements are read in blocks directly into the matrix, in the layout of the file: column-major for
 * Fortran order. Peak memory is that matrix. If the size of the file does not prove the size of the
 * matrix (a pipe, gzip), the matrix grows while it is read, and the peak is 1.5 times the matrix.
 * libsvm needs 16 more bytes for each number given. A table has at most 2^24 columns.
 *
 * Errors are those of `lnt_csv_read`. Also: `LNT_ERR_FORMAT` for sizes that contradict each other
 * or the size of the file, for a wrong checksum, and for encryption; `LNT_ERR_INVALID` for an array
 * that is not in the archive and for a format outside its list; `LNT_ERR_TOO_LARGE` for libsvm text
 * that is far too sparse for a matrix. On failure `*frame` is NULL. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_data_read(lnt_frame **frame, const char *path,
                                                lnt_data_format format,
                                                const lnt_read_options *options, lnt_error *error);

LNT_API void lnt_frame_destroy(lnt_frame *frame);

/**
 * The matrix [rows, cols]: a view into the frame, writable. Row-major; column-major from a file in
 * Fortran order.
 */
LNT_API lnt_tensor lnt_frame_values(lnt_frame *frame);

/** Column names, owned by the frame; "column1", … if the file has no header. */
LNT_API const lnt_names *lnt_frame_columns(const lnt_frame *frame);

/** Number of rows that were dropped because of missing values. */
LNT_API size_t lnt_frame_rows_dropped(const lnt_frame *frame);

/** Labels of a column, owned by the frame; NULL for a column of numbers. */
LNT_API const lnt_names *lnt_frame_labels(const lnt_frame *frame, size_t column);

/**
 * Finds a column by name, or else by 1-based number ("1" is the first, "-1" the last).
 * `LNT_ERR_INVALID` if there is none; `error` then suggests the most similar name.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_find(const lnt_frame *frame, const char *column,
                                                 size_t *index, lnt_error *error);

/**
 * Encodes a column of numbers as labels. The labels are its distinct values, ascending, at most
 * `max_labels` (`LNT_ERR_TOO_LARGE` beyond), each written with the fewest digits that read back the
 * same. A column that already has labels does not change.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_encode(lnt_frame *frame, size_t column,
                                                   size_t max_labels, lnt_error *error);

/**
 * Encodes a column with given classes: its cells become indices into `classes`, which are copied.
 * Labels match by text, numbers by value. `LNT_ERR_INVALID` names a label that is not one of the
 * classes.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_frame_encode_as(lnt_frame *frame, size_t column,
                                                      const lnt_names *classes, lnt_error *error);

/* --- files larger than memory --- */

/**
 * A reader of a file that is larger than memory: CSV, .npy or IDX, in blocks of rows. It keeps the
 * file open. Before each read, it checks whether the size or the time of the file changed since it
 * was opened: `LNT_ERR_IO`. One thread at a time.
 */
typedef struct lnt_row_reader lnt_row_reader;

/**
 * Opens a file, with the options of `lnt_data_read`. Only the allocator must outlive the call, as
 * for any object.
 *
 * CSV is read once from start to end, to check each record, to count the rows, to collect the
 * labels, and to store the position of every 256th row. Memory is 16 bytes for 256 rows, and the
 * labels; both count towards `memory_limit`. .npy and uncompressed IDX files are accessed by row:
 * numbers are checked when they are read, and a missing value is an error, with `LNT_MISSING_DROP`,
 * too. A gzip-compressed IDX file is decompressed once to check it, and again from the start
 * whenever an earlier row is read.
 *
 * Errors are those of `lnt_data_read`; also `LNT_ERR_INVALID` for a pipe, for .npz and libsvm, and
 * for Fortran order, in which rows are not contiguous.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_open(lnt_row_reader **reader, const char *path,
                                                      lnt_data_format format,
                                                      const lnt_read_options *options,
                                                      lnt_error *error);
LNT_API void lnt_row_reader_close(lnt_row_reader *reader);

/** Number of rows, without dropped ones; number of columns; dtype of the rows. */
LNT_API size_t lnt_row_reader_rows(const lnt_row_reader *reader);
LNT_API size_t lnt_row_reader_cols(const lnt_row_reader *reader);
LNT_API lnt_dtype lnt_row_reader_dtype(const lnt_row_reader *reader);

/** Number of CSV rows that are dropped because of missing values. */
LNT_API size_t lnt_row_reader_rows_dropped(const lnt_row_reader *reader);

/** Column names; labels of a column, NULL for a column of numbers. Owned by the reader. */
LNT_API const lnt_names *lnt_row_reader_columns(const lnt_row_reader *reader);
LNT_API const lnt_names *lnt_row_reader_labels(const lnt_row_reader *reader, size_t column);

/**
 * Whether reading an earlier row means reading again from the start of the file (gzip), so that
 * only sequential reading is fast.
 */
LNT_API bool lnt_row_reader_is_sequential(const lnt_row_reader *reader);

/**
 * Reads rows first … first + rows->rows − 1 into `rows` [any number, cols], of the reader's dtype
 * and with any strides. `LNT_ERR_SHAPE` if they are out of range; `LNT_ERR_IO` or `LNT_ERR_FORMAT`
 * if the file changed; the contents of `rows` are then undefined. No allocation, except for a
 * record longer than all before.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_read(lnt_row_reader *reader, size_t first,
                                                      const lnt_tensor *rows, lnt_error *error);

/**
 * Reads the `count` columns with these indices, all rows, into a frame with their names and labels,
 * which the caller owns. With `columns` NULL the frame has all columns and no rows, only names and
 * labels. On failure `*frame` is NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_reader_read_columns(lnt_row_reader *reader,
                                                              const size_t *columns, size_t count,
                                                              lnt_frame **frame, lnt_error *error);

/* --- splitting and ordering --- */

/**
 * Splits rows at random into a training and a validation part: writes a permutation of 0 … rows−1
 * to `index`. The first `*n_first` are the training part; the rest, round(fraction·rows), the
 * validation part. Each part has at least one row if 0 < fraction < 1 and rows ≥ 2. With `labels`
 * ([rows, 1], may be NULL) the split is stratified: each class is split in that proportion (largest
 * remainders). Each class keeps at least one training row, so the validation part can be smaller,
 * and is empty if every class has one row. The result depends only on (seed, rows, fraction,
 * labels). `LNT_ERR_INVALID` unless 0 ≤ fraction < 1; `LNT_ERR_SHAPE`, `LNT_ERR_NONFINITE` or
 * `LNT_ERR_TOO_LARGE` (2^32 rows) for labels.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_train_test_split(size_t rows, double fraction,
                                                       const lnt_tensor *labels, uint64_t seed,
                                                       size_t *index, size_t *n_first);

/**
 * K-fold cross-validation: writes a permutation of 0 … rows−1 to `index` such that fold f is
 * index[first[f] … first[f + 1]), with first[0] = 0 and first[folds] = rows. Sizes differ by at
 * most one; with `labels` ([rows, 1], may be NULL) so do the rows of each class. The result depends
 * only on (seed, rows, folds, labels). `LNT_ERR_INVALID` unless 2 ≤ folds ≤ rows; errors of labels
 * as for `lnt_train_test_split`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_k_fold(size_t rows, size_t folds, const lnt_tensor *labels,
                                             uint64_t seed, size_t *index, size_t *first);

/**
 * Reorders rows in place: the new row i is the old row `index[i]`. `index` must be a permutation
 * (`LNT_ERR_INVALID` if not, and nothing changes). It is used as scratch memory and restored.
 * `LNT_ERR_ALIAS` if X overlaps itself.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_permute_rows(lnt_tensor *x, size_t *index);

/* --- scaling --- */

/** An affine map of columns: z = (x − offset) / scale, stored in double; one allocation. */
typedef struct lnt_scaler lnt_scaler;

/** How offset and scale are computed from a column. A constant column has scale 1. */
typedef enum lnt_scaling {
    LNT_SCALING_NONE,     /**< offset 0, scale 1 */
    LNT_SCALING_STANDARD, /**< offset: mean; scale: standard deviation (divided by rows, not rows −
                             1) */
    LNT_SCALING_MIN_MAX, /**< offset: minimum; scale: maximum − minimum, so that the column becomes
                            [0, 1] */
    LNT_SCALING_ROBUST /**< offset: median; scale: third quartile − first, by linear interpolation
                        */
} lnt_scaling;

/** "none", "standard", "min_max", "robust"; NULL for a value outside the list. */
LNT_API const char *lnt_scaling_name(lnt_scaling scaling);
LNT_API LNT_MUST_CHECK lnt_status lnt_scaling_find(const char *name, lnt_scaling *scaling);

/**
 * Fits a scaler to the columns of x [rows, cols]. At least one row, all finite
 * (`LNT_ERR_NONFINITE`). The caller owns it; on failure `*scaler` is NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fit(lnt_scaler **scaler, lnt_scaling scaling,
                                                 const lnt_tensor *x,
                                                 const lnt_allocator *allocator);

/**
 * Fits a scaler to rows that come in blocks; one allocation. Standard scaling combines means and
 * squares of the blocks (Chan, Golub, LeVeque 1983): the numbers are those of `lnt_scaler_fit` up
 * to rounding. Min-max scaling is the same exactly. Robust scaling needs all rows:
 * `LNT_ERR_INVALID`. One thread at a time.
 */
typedef struct lnt_scaler_fitter lnt_scaler_fitter;

LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_create(lnt_scaler_fitter **fitter,
                                                           lnt_scaling scaling, size_t cols,
                                                           const lnt_allocator *allocator);
LNT_API void lnt_scaler_fitter_destroy(lnt_scaler_fitter *fitter);

/** Adds x [any number of rows, cols]. On `LNT_ERR_NONFINITE` nothing is added. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_partial_fit(lnt_scaler_fitter *fitter,
                                                                const lnt_tensor *x);

/**
 * Creates the scaler of all rows so far, at least one (`LNT_ERR_SHAPE`); errors as
 * `lnt_scaler_fit`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_fitter_get_scaler(const lnt_scaler_fitter *fitter,
                                                               lnt_scaler **scaler,
                                                               const lnt_allocator *allocator);

/**
 * Creates a scaler from given numbers, `cols` each. Offsets must be finite; scales finite and not
 * 0.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scaler_create(lnt_scaler **scaler, size_t cols,
                                                    const double *offset, const double *scale,
                                                    const lnt_allocator *allocator);
LNT_API void lnt_scaler_destroy(lnt_scaler *scaler);
/** Number of columns; 0 for NULL. */
LNT_API size_t lnt_scaler_cols(const lnt_scaler *scaler);
/** Its numbers, `cols` each, owned by the scaler. */
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
