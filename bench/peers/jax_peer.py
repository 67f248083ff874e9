# SPDX-License-Identifier: MIT
"""JAX: the whole step compiled, the parameters donated. `jit` calls it once a step; `loop` has the
loop over the steps compiled, too."""
import jax
import jax.numpy as jnp

import peer

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_cpu_enable_async_dispatch", False)  # a thread beside that costs time

FUNCTIONS = {"identity": lambda z: z, "relu": jax.nn.relu, "tanh": jnp.tanh,
             "sigmoid": jax.nn.sigmoid}


def sgd(rate, state, gradients):
    return jax.tree.map(lambda p, g: p - rate * g, state, gradients)


def adam(rate, state, gradients):
    parameters, m, v, count = state
    count += 1
    m = jax.tree.map(lambda m, g: 0.9 * m + (1 - 0.9) * g, m, gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + (1 - 0.999) * g * g, v, gradients)
    kind = parameters[0][0].dtype
    by_m, by_v = (1 / (1 - jnp.power(jnp.asarray(beta, kind), count)) for beta in (0.9, 0.999))
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * (m * by_m) / (jnp.sqrt(v * by_v) + 1e-8), parameters, m, v)
    return parameters, m, v, count


class Contender:
    def __init__(self, problem):
        flat, x, y = problem.load()
        layers = [(jnp.array(weight), jnp.array(bias)) for weight, bias in problem.layers(flat)]
        self.x, self.y = jnp.array(x), jnp.array(y)
        names, rate, is_adam = problem.activations(), problem.rate, problem.optimizer == "adam"

        def forward(layers, x):
            for (weight, bias), name in zip(layers, names):
                x = FUNCTIONS[name](x @ weight + bias)
            return x

        def loss(layers, x, y):
            return jnp.mean((forward(layers, x) - y) ** 2)

        def step(state, x, y):
            gradients = jax.grad(loss)(state[0] if is_adam else state, x, y)
            return (adam if is_adam else sgd)(rate, state, gradients)

        def steps(count, state, x, y):
            return jax.lax.fori_loop(0, count, lambda _, state: step(state, x, y), state)

        self.is_adam, self.problem = is_adam, problem
        zeros = [jax.tree.map(jnp.zeros_like, layers) for _ in range(2)]
        self.state = (layers, *zeros, jnp.zeros((), jnp.int32)) if is_adam else layers
        self.forward = jax.jit(forward)
        self.step = jax.jit(step, donate_argnums=0)
        self.steps = jax.jit(steps, donate_argnums=1)
        if problem.inference and problem.variant == "loop":
            raise peer.Cannot("inference has no loop to compile")

    def run(self, steps):
        if self.problem.inference:
            for _ in range(steps):
                y = self.forward(self.state, self.x)
            y.block_until_ready()
            return
        if self.problem.variant == "loop":
            self.state = self.steps(steps, self.state, self.x, self.y)
        else:
            for _ in range(steps):
                self.state = self.step(self.state, self.x, self.y)
        jax.block_until_ready(self.state)

    def read(self):
        layers = self.state[0] if self.is_adam else self.state
        return peer.flatten(layers), self.forward(layers, self.x)


if __name__ == "__main__":
    peer.serve(f"JAX {jax.__version__}", Contender)
