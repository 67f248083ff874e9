/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_C_PROGRAM_H
#define LINNET_EXCHANGE_C_PROGRAM_H

#include "exchange/c/writer.h"

#include <linnet/exchange.h>

#define LNT_C_NAME_LENGTH 64

/** A model that is exported to C. */
typedef struct lnt_c_program {
    const lnt_model *model;
    lnt_net *net;
    lnt_dtype dtype;
    const char *type; /* "float", "double" */
    char name[LNT_C_NAME_LENGTH];
    char macro[LNT_C_NAME_LENGTH]; /* `name` in capitals */
    size_t inputs;
    size_t outputs;
    size_t widest;       /* the largest number of columns of a layer's input or output */
    size_t saved_inputs; /* total columns of the inputs saved for residual layers */
} lnt_c_program;

/** Writes the arrays of the parameters: "NAME_0_weight". */
void lnt_c_write_data(const lnt_c_program *program, lnt_c_writer *text);
/** Writes the functions that the layers need. */
void lnt_c_write_helpers(const lnt_c_program *program, lnt_c_writer *text);
/** Writes the function itself. */
void lnt_c_write_function(const lnt_c_program *program, lnt_c_writer *text);
/** Writes a `main` that runs test cases; fails if their outputs cannot be computed. */
lnt_status lnt_c_write_check(const lnt_c_program *program, const lnt_tensor *cases,
                             lnt_c_writer *text, lnt_error *error);

/** The size of its automatic arrays in bytes. */
size_t lnt_c_stack_bytes(const lnt_c_program *program);

#endif
