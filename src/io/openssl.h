/*
 * openssl: the functions of OpenSSL (3.0 or later) that are used here, found
 * by name when they are first needed. Linking the two libraries would cost
 * each start more than a whole dialog takes.
 *
 * A call reads libssl()->SSL_new(...), libcrypto()->X509_free(...). Macros of
 * OpenSSL that call a function (SSL_set_mode, sk_X509_num) would be linked:
 * call what they stand for. Both functions give the same table to any thread,
 * or NULL for ever where the library cannot be loaded or is too old; whoever
 * holds an object of the library need not look again.
 */
#ifndef IO_OPENSSL_H
#define IO_OPENSSL_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* The name alone would be one of OpenSSL's macros: these are not listed by
 * their old names (SSL_get_peer_certificate, EVP_PKEY_bits). */
#define LIBCRYPTO_FUNCTIONS(X)                                                 \
	X(ASN1_INTEGER_set_uint64)                                             \
	X(ASN1_STRING_get0_data)                                               \
	X(ASN1_STRING_length)                                                  \
	X(ASN1_STRING_set)                                                     \
	X(ASN1_STRING_type)                                                    \
	X(ASN1_STRING_type_new)                                                \
	X(ASN1_TIME_to_tm)                                                     \
	X(ASN1_get_object)                                                     \
	X(BIO_ctrl)                                                            \
	X(BIO_free)                                                            \
	X(BIO_new)                                                             \
	X(BIO_new_file)                                                        \
	X(BIO_new_mem_buf)                                                     \
	X(BIO_read)                                                            \
	X(BIO_s_mem)                                                           \
	X(BIO_write)                                                           \
	X(CRYPTO_free)                                                         \
	X(EC_curve_nid2nist)                                                   \
	X(ERR_clear_error)                                                     \
	X(ERR_get_error)                                                       \
	X(ERR_reason_error_string)                                             \
	X(EVP_Digest)                                                          \
	X(EVP_DigestFinal_ex)                                                  \
	X(EVP_DigestInit_ex)                                                   \
	X(EVP_DigestUpdate)                                                    \
	X(EVP_MD_CTX_free)                                                     \
	X(EVP_MD_CTX_new)                                                      \
	X(EVP_PKEY_Q_keygen)                                                   \
	X(EVP_PKEY_free)                                                       \
	X(EVP_PKEY_get0_type_name)                                             \
	X(EVP_PKEY_get_bits)                                                   \
	X(EVP_PKEY_get_group_name)                                             \
	X(EVP_md5)                                                             \
	X(EVP_sha256)                                                          \
	X(GENERAL_NAMES_free)                                                  \
	X(GENERAL_NAME_free)                                                   \
	X(GENERAL_NAME_new)                                                    \
	X(GENERAL_NAME_print)                                                  \
	X(GENERAL_NAME_set0_value)                                             \
	X(HMAC)                                                                \
	X(OBJ_nid2sn)                                                          \
	X(OBJ_obj2txt)                                                         \
	X(OBJ_sn2nid)                                                          \
	X(OPENSSL_sk_new_null)                                                 \
	X(OPENSSL_sk_num)                                                      \
	X(OPENSSL_sk_pop_free)                                                 \
	X(OPENSSL_sk_push)                                                     \
	X(OPENSSL_sk_value)                                                    \
	X(PEM_read_bio)                                                        \
	X(PEM_read_bio_X509)                                                   \
	X(PEM_write_bio_X509)                                                  \
	X(RAND_bytes)                                                          \
	X(X509V3_EXT_nconf_nid)                                                \
	X(X509_ALGOR_get0)                                                     \
	X(X509_EXTENSION_free)                                                 \
	X(X509_NAME_add_entry_by_txt)                                          \
	X(X509_NAME_cmp)                                                       \
	X(X509_NAME_free)                                                      \
	X(X509_NAME_get_index_by_NID)                                          \
	X(X509_NAME_print_ex)                                                  \
	X(X509_PUBKEY_get0_param)                                              \
	X(X509_STORE_CTX_free)                                                 \
	X(X509_STORE_CTX_get0_cert)                                            \
	X(X509_STORE_CTX_get0_param)                                           \
	X(X509_STORE_CTX_get0_untrusted)                                       \
	X(X509_STORE_CTX_get_error)                                            \
	X(X509_STORE_CTX_get_error_depth)                                      \
	X(X509_STORE_CTX_get_ex_data)                                          \
	X(X509_STORE_CTX_init)                                                 \
	X(X509_STORE_CTX_new)                                                  \
	X(X509_STORE_CTX_set0_dane)                                            \
	X(X509_STORE_CTX_set_default)                                          \
	X(X509_STORE_CTX_set_error)                                            \
	X(X509_STORE_CTX_set_ex_data)                                          \
	X(X509_STORE_CTX_set_verify_cb)                                        \
	X(X509_STORE_add_cert)                                                 \
	X(X509_VERIFY_PARAM_add1_host)                                         \
	X(X509_VERIFY_PARAM_set1)                                              \
	X(X509_VERIFY_PARAM_set1_ip_asc)                                       \
	X(X509_VERIFY_PARAM_set_auth_level)                                    \
	X(X509_VERIFY_PARAM_set_depth)                                         \
	X(X509_VERIFY_PARAM_set_hostflags)                                     \
	X(X509_add1_ext_i2d)                                                   \
	X(X509_add_ext)                                                        \
	X(X509_digest)                                                         \
	X(X509_free)                                                           \
	X(X509_get0_notAfter)                                                  \
	X(X509_get0_notBefore)                                                 \
	X(X509_get0_pubkey)                                                    \
	X(X509_get0_serialNumber)                                              \
	X(X509_get0_signature)                                                 \
	X(X509_get_X509_PUBKEY)                                                \
	X(X509_get_default_cert_dir)                                           \
	X(X509_get_default_cert_dir_env)                                       \
	X(X509_get_default_cert_file)                                          \
	X(X509_get_default_cert_file_env)                                      \
	X(X509_get_ext_d2i)                                                    \
	X(X509_get_issuer_name)                                                \
	X(X509_get_serialNumber)                                               \
	X(X509_get_signature_info)                                             \
	X(X509_get_subject_name)                                               \
	X(X509_getm_notAfter)                                                  \
	X(X509_getm_notBefore)                                                 \
	X(X509_new)                                                            \
	X(X509_set_issuer_name)                                                \
	X(X509_set_pubkey)                                                     \
	X(X509_set_version)                                                    \
	X(X509_sign)                                                           \
	X(X509_time_adj_ex)                                                    \
	X(X509_verify_cert)                                                    \
	X(X509_verify_cert_error_string)                                       \
	X(a2i_IPADDRESS)                                                       \
	X(d2i_X509)                                                            \
	X(d2i_X509_NAME)                                                       \
	X(i2d_X509_PUBKEY)

#define LIBSSL_FUNCTIONS(X)                                                    \
	X(SSL_CIPHER_get_name)                                                 \
	X(SSL_CTX_check_private_key)                                           \
	X(SSL_CTX_ctrl)                                                        \
	X(SSL_CTX_dane_enable)                                                 \
	X(SSL_CTX_free)                                                        \
	X(SSL_CTX_get0_certificate)                                            \
	X(SSL_CTX_get0_privatekey)                                             \
	X(SSL_CTX_get_cert_store)                                              \
	X(SSL_CTX_load_verify_dir)                                             \
	X(SSL_CTX_load_verify_file)                                            \
	X(SSL_CTX_new)                                                         \
	X(SSL_CTX_set_cert_verify_callback)                                    \
	X(SSL_CTX_set_cipher_list)                                             \
	X(SSL_CTX_set_default_passwd_cb)                                       \
	X(SSL_CTX_set_num_tickets)                                             \
	X(SSL_CTX_set_options)                                                 \
	X(SSL_CTX_set_verify)                                                  \
	X(SSL_CTX_use_PrivateKey)                                              \
	X(SSL_CTX_use_PrivateKey_file)                                         \
	X(SSL_CTX_use_certificate)                                             \
	X(SSL_CTX_use_certificate_chain_file)                                  \
	X(SSL_ctrl)                                                            \
	X(SSL_dane_enable)                                                     \
	X(SSL_dane_set_flags)                                                  \
	X(SSL_dane_tlsa_add)                                                   \
	X(SSL_do_handshake)                                                    \
	X(SSL_export_keying_material)                                          \
	X(SSL_free)                                                            \
	X(SSL_get0_alpn_selected)                                              \
	X(SSL_get0_dane)                                                       \
	X(SSL_get0_dane_authority)                                             \
	X(SSL_get0_dane_tlsa)                                                  \
	X(SSL_get0_param)                                                      \
	X(SSL_get1_peer_certificate)                                           \
	X(SSL_get_current_cipher)                                              \
	X(SSL_get_error)                                                       \
	X(SSL_get_ex_data)                                                     \
	X(SSL_get_ex_data_X509_STORE_CTX_idx)                                  \
	X(SSL_get_finished)                                                    \
	X(SSL_get_peer_cert_chain)                                             \
	X(SSL_get_peer_finished)                                               \
	X(SSL_get_version)                                                     \
	X(SSL_group_to_name)                                                   \
	X(SSL_new)                                                             \
	X(SSL_read)                                                            \
	X(SSL_session_reused)                                                  \
	X(SSL_set_accept_state)                                                \
	X(SSL_set_bio)                                                         \
	X(SSL_set_connect_state)                                               \
	X(SSL_set_ex_data)                                                     \
	X(SSL_set_msg_callback)                                                \
	X(SSL_set_verify_result)                                               \
	X(SSL_shutdown)                                                        \
	X(SSL_version)                                                         \
	X(SSL_write)                                                           \
	X(TLS_client_method)                                                   \
	X(TLS_server_method)

#define OPENSSL_POINTER(name) __typeof__(name) *name;
struct libcrypto {
	LIBCRYPTO_FUNCTIONS(OPENSSL_POINTER)
};
struct libssl {
	LIBSSL_FUNCTIONS(OPENSSL_POINTER)
};
#undef OPENSSL_POINTER

const struct libcrypto *libcrypto(void);
const struct libssl *libssl(void); /* not NULL: libcrypto() is not either */

#endif
