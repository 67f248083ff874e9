/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_MATCH_H
#define LINNET_EXCHANGE_ONNX_READ_MATCH_H

#include "exchange/onnx/read/value.h"

/**
 * Patterns of operators, such as "Mul(x,Sigmoid(x))", to match parts of a graph:
 *     Op(a,b)  a node of that operator; Add, Mul, Min and Max with their inputs in any order
 *     +Op(a,b) the same of lists of numbers: Concat along axis 0
 *     x        a value that is not constant, the same at each occurrence
 *     $a       a constant of numbers, stored under its letter
 *     3, -1    a constant that is this one number
 *     #h       a constant that is a number of the table in match.c
 *     [a|b]    either
 *
 * Nodes that do not change a value may stand between nodes.
 */
typedef struct lnt_onnx_match {
    lnt_onnx_value *x;
    const lnt_onnx_tensor *constants[26];
} lnt_onnx_match;

bool lnt_onnx_matches(const lnt_onnx_reader *reader, const char *pattern, lnt_onnx_value *value,
                      lnt_onnx_match *match);

/** The constant stored under a letter. */
const lnt_onnx_tensor *lnt_onnx_matched(const lnt_onnx_match *match, char letter);

/** Whether a ReduceMean is over the columns and keeps the dimension. */
bool lnt_onnx_is_row_mean(const lnt_onnx_reader *reader, const lnt_onnx_node *node);

#endif
