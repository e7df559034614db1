#include "config.h"

#include "io/sha256.h"

#include <string.h>

/* FIPS 180-4 §4.2.2: of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t load(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* §6.2.2, step 1: the message schedule. */
static void schedule(uint32_t w[64], const unsigned char *block)
{
	for (size_t t = 0; t < 16; t++)
		w[t] = load(block + 4 * t);
	for (size_t t = 16; t < 64; t++) {
		uint32_t a = w[t - 15], b = w[t - 2];
		uint32_t s0 = turn(a, 7) ^ turn(a, 18) ^ a >> 3;
		uint32_t s1 = turn(b, 17) ^ turn(b, 19) ^ b >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
}

/* §6.2.2, steps 2 to 4. v: a to h. */
static void compress(struct sha256 *s)
{
	uint32_t w[64], v[8];

	schedule(w, s->block);
	memcpy(v, s->state, sizeof v);
	for (size_t t = 0; t < 64; t++) {
		uint32_t a = v[0], e = v[4];
		uint32_t s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
		uint32_t s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
		uint32_t choice = (e & v[5]) ^ (~e & v[6]);
		uint32_t most = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
		uint32_t t1 = v[7] + s1 + choice + round_constants[t] + w[t];

		memmove(v + 1, v, 7 * sizeof *v);
		v[4] += t1;
		v[0] = t1 + s0 + most;
	}
	for (size_t i = 0; i < 8; i++)
		s->state[i] += v[i];
}

/* §5.3.3: of the square roots of the first eight primes. */
void sha256_begin(struct sha256 *s)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
		0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->state, first, sizeof first);
	s->len = 0;
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len > 0) {
		size_t used = s->len % SHA256_BLOCK;
		size_t n = SHA256_BLOCK - used < len ? SHA256_BLOCK - used
		                                     : len;

		memcpy(s->block + used, p, n);
		s->len += n;
		p += n;
		len -= n;
		if (s->len % SHA256_BLOCK == 0)
			compress(s);
	}
}

/* §5.1.1: a one, zeros, and the length in bits at the end of a block. */
static void pad(struct sha256 *s)
{
	static const unsigned char padding[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = s->len * 8;
	size_t used = s->len % SHA256_BLOCK;
	unsigned char end[8];

	sha256_add(s, padding, (used < 56 ? 56 : 120) - used);
	for (size_t i = 0; i < 8; i++)
		end[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(s, end, sizeof end);
}

void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	pad(s);
	for (size_t i = 0; i < 64; i++)
		hex[i] = digits[s->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
	hex[64] = '\0';
}
