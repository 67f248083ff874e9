/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_C_PROGRAM_H
#define LINNET_EXCHANGE_C_PROGRAM_H

#include "exchange/c/writer.h"

#include <linnet/exchange.h>

#define LNT_C_NAME_LENGTH 64

/** A model on its way to C. */
typedef struct lnt_c_program {
    const lnt_model *model;
    lnt_net *net;
    lnt_dtype dtype;
    const char *type; /* "float", "double" */
    char name[LNT_C_NAME_LENGTH];
    char macro[LNT_C_NAME_LENGTH]; /* the name in capitals */
    size_t inputs;
    size_t outputs;
    size_t widest; /* columns of any layer's input or output */
    size_t kept;   /* columns of inputs that residual layers come back to, in all */
} lnt_c_program;

/** Arrays of the parameters: "NAME_0_weight". */
void lnt_c_write_data(const lnt_c_program *source, lnt_c_writer *text);
/** The functions that the layers need. */
void lnt_c_write_helpers(const lnt_c_program *source, lnt_c_writer *text);
/** The function itself. */
void lnt_c_write_function(const lnt_c_program *source, lnt_c_writer *text);
/** A `main` that runs cases; `LNT_ERR_…` where their outputs cannot be computed. */
lnt_status lnt_c_write_check(const lnt_c_program *source, const lnt_tensor *cases, lnt_c_writer *text,
                             lnt_error *error);

/** Bytes of its automatic arrays. */
size_t lnt_c_stack_bytes(const lnt_c_program *source);

#endif
