/* SPDX-License-Identifier: MIT */
#include <linnet/random.h>

#include <math.h>

/* Multipliers and Weyl increments of Philox 4x32 (Salmon et al. 2011, section 4). */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u
#define PHILOX_ROUNDS 10

#define TWO_PI 6.283185307179586476925286766559

void lnt_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t p0 = (uint64_t) PHILOX_M0 * c0;
        const uint64_t p1 = (uint64_t) PHILOX_M1 * c2;
        const uint32_t n0 = (uint32_t) (p1 >> 32) ^ c1 ^ k0;
        const uint32_t n2 = (uint32_t) (p0 >> 32) ^ c3 ^ k1;
        c0 = n0;
        c1 = (uint32_t) p1;
        c2 = n2;
        c3 = (uint32_t) p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

lnt_random lnt_random_init(uint64_t seed, uint64_t stream)
{
    return (lnt_random){seed, stream, 0};
}

/* The four numbers among which the next one is. */
static void block_at(const lnt_random *random, uint32_t out[4])
{
    const uint64_t block = random->position / 4;
    const uint32_t counter[4] = {(uint32_t) block, (uint32_t) (block >> 32),
                                 (uint32_t) random->stream, (uint32_t) (random->stream >> 32)};
    const uint32_t key[2] = {(uint32_t) random->seed, (uint32_t) (random->seed >> 32)};
    lnt_philox(counter, key, out);
}

uint32_t lnt_random_u32(lnt_random *random)
{
    uint32_t out[4];
    block_at(random, out);
    return out[random->position++ % 4];
}

uint64_t lnt_random_u64(lnt_random *random)
{
    const uint64_t place = random->position % 4;
    if (place == 3) { /* the halves lie in two blocks */
        const uint64_t low = lnt_random_u32(random);
        return (uint64_t) lnt_random_u32(random) << 32 | low;
    }
    uint32_t out[4];
    block_at(random, out);
    random->position += 2;
    return (uint64_t) out[place + 1] << 32 | out[place];
}

double lnt_random_uniform(lnt_random *random)
{
    return (double) (lnt_random_u64(random) >> 11) * 0x1p-53;
}

double lnt_random_normal(lnt_random *random)
{
    const double u = 1.0 - lnt_random_uniform(random); /* (0, 1], so that the logarithm is finite */
    const double v = lnt_random_uniform(random);
    return sqrt(-2.0 * log(u)) * cos(TWO_PI * v);
}

/* The 128-bit product a * b, without a 128-bit type. */
static uint64_t multiply_high(uint64_t a, uint64_t b, uint64_t *low)
{
    const uint64_t a0 = (uint32_t) a, a1 = a >> 32, b0 = (uint32_t) b, b1 = b >> 32;
    const uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const uint64_t middle = (p00 >> 32) + (uint32_t) p01 + (uint32_t) p10;
    *low = (uint64_t) (uint32_t) p00 | middle << 32;
    return p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

uint64_t lnt_random_bounded(lnt_random *random, uint64_t bound)
{
    if (bound == 0) {
        return 0;
    }
    uint64_t low;
    uint64_t high = multiply_high(lnt_random_u64(random), bound, &low);
    if (low < bound) {
        const uint64_t threshold = (0 - bound) % bound;
        while (low < threshold) {
            high = multiply_high(lnt_random_u64(random), bound, &low);
        }
    }
    return high;
}

void lnt_random_shuffle(lnt_random *random, size_t *index, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = (size_t) lnt_random_bounded(random, i);
        const size_t swap = index[i - 1];
        index[i - 1] = index[j];
        index[j] = swap;
    }
}
