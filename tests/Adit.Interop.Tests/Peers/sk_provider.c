/*
 * A security key in software, for tests: middleware for SSH_SK_PROVIDER of OpenSSH (API 0x000a0000). A key handle is the private key itself, in DER.
 * ADIT_TEST_SK_FLAGS, a number, takes the place of the flags that a token would set by itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

enum { ALGORITHM_ECDSA = 0, ALGORITHM_ED25519 = 1, FAILED = -1 };

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_len;
    uint8_t *key_handle;
    size_t key_handle_len;
    uint8_t *signature;
    size_t signature_len;
    uint8_t *attestation_cert;
    size_t attestation_cert_len;
    uint8_t *authdata;
    size_t authdata_len;
};

struct sk_sign_response {
    uint8_t flags;
    uint32_t counter;
    uint8_t *sig_r;
    size_t sig_r_len;
    uint8_t *sig_s;
    size_t sig_s_len;
};

uint32_t sk_api_version(void)
{
    return 0x000a0000;
}

static uint8_t *number(const BIGNUM *value, size_t *length)
{
    uint8_t *octets = malloc(BN_num_bytes(value) + 1);
    *length = BN_bn2bin(value, octets);
    return octets;
}

int sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_length, const char *application, uint8_t flags, const char *pin,
    struct sk_option **options, struct sk_enroll_response **result)
{
    (void)challenge, (void)challenge_length, (void)application, (void)pin, (void)options;
    EVP_PKEY *key = algorithm == ALGORITHM_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    struct sk_enroll_response *made = calloc(1, sizeof *made);
    if (key == NULL || made == NULL) return FAILED;
    made->flags = flags;
    if (algorithm == ALGORITHM_ED25519) {
        made->public_key_len = 32;
        made->public_key = malloc(32);
        EVP_PKEY_get_raw_public_key(key, made->public_key, &made->public_key_len);
    } else {
        unsigned char *point = NULL;
        made->public_key_len = EVP_PKEY_get1_encoded_public_key(key, &point);
        made->public_key = malloc(made->public_key_len);
        memcpy(made->public_key, point, made->public_key_len);
        OPENSSL_free(point);
    }

    unsigned char *der = NULL;
    int length = i2d_PrivateKey(key, &der);
    if (length <= 0) return FAILED;
    made->key_handle = malloc(length);
    made->key_handle_len = length;
    memcpy(made->key_handle, der, length);
    made->signature = calloc(1, 64);
    made->signature_len = 64;
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    *result = made;
    return 0;
}

int sk_sign(uint32_t algorithm, const uint8_t *data, size_t data_length, const char *application, const uint8_t *handle, size_t handle_length,
    uint8_t flags, const char *pin, struct sk_option **options, struct sk_sign_response **result)
{
    (void)pin, (void)options;
    static uint32_t counter = 1;
    const char *forced = getenv("ADIT_TEST_SK_FLAGS");
    struct sk_sign_response *made = calloc(1, sizeof *made);
    const unsigned char *at = handle;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, handle_length);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (made == NULL || key == NULL || context == NULL) return FAILED;
    made->flags = forced != NULL ? (uint8_t)atoi(forced) : (flags & 0x05);
    made->counter = counter++;

    uint8_t text[SHA256_DIGEST_LENGTH + 5 + SHA256_DIGEST_LENGTH];
    SHA256((const uint8_t *)application, strlen(application), text);
    text[32] = made->flags;
    for (int i = 0; i < 4; i++) text[33 + i] = (uint8_t)(made->counter >> (24 - 8 * i));
    SHA256(data, data_length, text + 37);

    uint8_t signature[256];
    size_t length = sizeof signature;
    if (EVP_DigestSignInit(context, NULL, algorithm == ALGORITHM_ED25519 ? NULL : EVP_sha256(), NULL, key) != 1
        || EVP_DigestSign(context, signature, &length, text, sizeof text) != 1) return FAILED;
    if (algorithm == ALGORITHM_ED25519) {
        made->sig_r = malloc(length);
        made->sig_r_len = length;
        memcpy(made->sig_r, signature, length);
    } else {
        const unsigned char *der = signature;
        ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &der, length);
        if (both == NULL) return FAILED;
        made->sig_r = number(ECDSA_SIG_get0_r(both), &made->sig_r_len);
        made->sig_s = number(ECDSA_SIG_get0_s(both), &made->sig_s_len);
        ECDSA_SIG_free(both);
    }

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    *result = made;
    return 0;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count)
{
    (void)pin, (void)options;
    *keys = NULL;
    *count = 0;
    return 0;
}
