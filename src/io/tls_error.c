#include "config.h"

#include "io/tls_priv.h"

#include <stdio.h>
#include <string.h>

/* The alerts of RFC 8446 §6 and of the versions before it (RFC 5246 §7.2). */
static const struct {
	int alert;
	const char *word;
} alerts[] = {
	{ 10, "alert-unexpected-message" },
	{ 20, "alert-bad-record-mac" },
	{ 21, "alert-decryption-failed" },
	{ 22, "alert-record-overflow" },
	{ 30, "alert-decompression-failure" },
	{ 40, "alert-handshake-failure" },
	{ 41, "alert-no-certificate" },
	{ 42, "alert-bad-certificate" },
	{ 43, "alert-unsupported-certificate" },
	{ 44, "alert-certificate-revoked" },
	{ 45, "alert-certificate-expired" },
	{ 46, "alert-certificate-unknown" },
	{ 47, "alert-illegal-parameter" },
	{ 48, "alert-unknown-ca" },
	{ 49, "alert-access-denied" },
	{ 50, "alert-decode-error" },
	{ 51, "alert-decrypt-error" },
	{ 60, "alert-export-restriction" },
	{ 70, "alert-protocol-version" },
	{ 71, "alert-insufficient-security" },
	{ 80, "alert-internal-error" },
	{ 86, "alert-inappropriate-fallback" },
	{ 90, "alert-user-canceled" },
	{ 100, "alert-no-renegotiation" },
	{ 109, "alert-missing-extension" },
	{ 110, "alert-unsupported-extension" },
	{ 112, "alert-unrecognized-name" },
	{ 113, "alert-bad-certificate-status-response" },
	{ 115, "alert-unknown-psk-identity" },
	{ 116, "alert-certificate-required" },
	{ 120, "alert-no-application-protocol" },
};

/* What the library itself did not like. */
static const struct {
	int reason;
	const char *word;
} reasons[] = {
	{ SSL_R_UNSUPPORTED_PROTOCOL, "version" },
	{ SSL_R_WRONG_SSL_VERSION, "version" },
	{ SSL_R_UNKNOWN_PROTOCOL, "version" },
	{ SSL_R_UNSUPPORTED_SSL_VERSION, "version" },
	{ SSL_R_NO_PROTOCOLS_AVAILABLE, "version" },
	{ SSL_R_VERSION_TOO_LOW, "version" },
	{ SSL_R_VERSION_TOO_HIGH, "version" },
	{ SSL_R_BAD_PROTOCOL_VERSION_NUMBER, "version" },
	{ SSL_R_INAPPROPRIATE_FALLBACK, "version" },
	{ SSL_R_NO_SHARED_CIPHER, "no-shared-cipher" },
	{ SSL_R_NO_CIPHERS_AVAILABLE, "no-shared-cipher" },
	{ SSL_R_NO_CIPHER_MATCH, "no-shared-cipher" },
	{ SSL_R_WRONG_CIPHER_RETURNED, "no-shared-cipher" },
	{ SSL_R_UNKNOWN_CIPHER_RETURNED, "no-shared-cipher" },
	{ SSL_R_NO_SHARED_GROUPS, "no-shared-group" },
	{ SSL_R_NO_SUITABLE_GROUPS, "no-shared-group" },
	{ SSL_R_NO_SUITABLE_KEY_SHARE, "no-shared-group" },
	{ SSL_R_WRONG_CURVE, "no-shared-group" },
	{ SSL_R_UNSUPPORTED_ELLIPTIC_CURVE, "no-shared-group" },
	{ SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, "no-shared-signature" },
	{ SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "no-shared-signature" },
	{ SSL_R_WRONG_SIGNATURE_TYPE, "no-shared-signature" },
	{ SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
	  "no-shared-signature" },
	{ SSL_R_NO_CERTIFICATE_SET, "no-certificate" },
	{ SSL_R_NO_CERTIFICATE_ASSIGNED, "no-certificate" },
	{ SSL_R_NO_CERTIFICATES_RETURNED, "no-certificate" },
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "no-certificate" },
	{ SSL_R_BAD_SIGNATURE, "handshake-signature" },
	{ SSL_R_DIGEST_CHECK_FAILED, "handshake-signature" },
	{ SSL_R_WRONG_SIGNATURE_SIZE, "handshake-signature" },
	{ SSL_R_WRONG_SIGNATURE_LENGTH, "handshake-signature" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, "record" },
	{ SSL_R_DECRYPTION_FAILED, "record" },
	{ SSL_R_BAD_RECORD_TYPE, "record" },
	{ SSL_R_WRONG_VERSION_NUMBER, "record" }, /* of a record's header */
	{ SSL_R_UNEXPECTED_RECORD, "record" },
	{ SSL_R_DATA_LENGTH_TOO_LONG, "record" },
	{ SSL_R_ENCRYPTED_LENGTH_TOO_LONG, "record" },
	{ SSL_R_PACKET_LENGTH_TOO_LONG, "record" },
	{ SSL_R_LENGTH_TOO_SHORT, "record" },
	{ SSL_R_RECORD_LENGTH_MISMATCH, "record" },
	{ SSL_R_APP_DATA_IN_HANDSHAKE, "record" },
	{ SSL_R_HTTP_REQUEST, "not-tls" },
	{ SSL_R_HTTPS_PROXY_REQUEST, "not-tls" },
	{ SSL_R_DH_KEY_TOO_SMALL, "weak-parameters" },
	{ SSL_R_BAD_DH_VALUE, "weak-parameters" },
	{ SSL_R_BAD_ECPOINT, "weak-parameters" },
	{ SSL_R_INSUFFICIENT_SECURITY, "weak-parameters" },
	{ SSL_R_TOO_MANY_KEY_UPDATES, "flood" },
	{ SSL_R_TOO_MANY_WARN_ALERTS, "flood" },
	{ SSL_R_RECORD_TOO_SMALL, "flood" }, /* of empty records */
	{ SSL_R_EXCESSIVE_MESSAGE_SIZE, "too-large" },
	{ SSL_R_NO_RENEGOTIATION, "renegotiation" },
	{ SSL_R_RENEGOTIATION_MISMATCH, "renegotiation" },
	{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, "renegotiation" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, "closed-in-handshake" },
	{ SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY, "record" },
	{ SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS,
	  "certificate-unreadable" },
	{ SSL_R_UNKNOWN_CERTIFICATE_TYPE, "certificate-unreadable" },
	{ SSL_R_WRONG_CERTIFICATE_TYPE, "certificate-unreadable" },
	{ SSL_R_CERT_LENGTH_MISMATCH, "certificate-unreadable" },
	{ SSL_R_BAD_ECC_CERT, "certificate-unreadable" },
	{ ERR_R_ASN1_LIB, "certificate-unreadable" },
	{ ERR_R_X509_LIB, "certificate-unreadable" },
	{ SSL_R_X509_LIB, "certificate-unreadable" },
	{ SSL_R_UNEXPECTED_MESSAGE, "message" },
	{ SSL_R_LENGTH_MISMATCH, "message" },
	{ SSL_R_BAD_EXTENSION, "message" },
	{ SSL_R_BAD_PACKET, "message" },
	{ SSL_R_BAD_LENGTH, "message" },
	{ SSL_R_BAD_KEY_SHARE, "message" },
	{ SSL_R_BAD_KEY_UPDATE, "message" },
	{ SSL_R_BAD_CHANGE_CIPHER_SPEC, "message" },
	{ SSL_R_CCS_RECEIVED_EARLY, "message" },
	{ SSL_R_UNEXPECTED_CCS_MESSAGE, "message" },
	{ SSL_R_INVALID_CCS_MESSAGE, "message" },
	{ SSL_R_GOT_A_FIN_BEFORE_A_CCS, "message" },
	{ SSL_R_MISSING_SIGALGS_EXTENSION, "message" },
	{ SSL_R_MISSING_SUPPORTED_GROUPS_EXTENSION, "message" },
	{ SSL_R_UNSOLICITED_EXTENSION, "message" },
	{ SSL_R_INVALID_ALERT, "message" },
	{ SSL_R_UNKNOWN_ALERT_TYPE, "message" },
	{ SSL_R_NOT_ON_RECORD_BOUNDARY, "message" },
	{ SSL_R_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA, "message" },
};

static const char *alert_word(int alert)
{
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].alert == alert)
			return alerts[i].word;
	return "alert-unknown";
}

static const char *reason_word(int reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].reason == reason)
			return reasons[i].word;
	return "other";
}

/* Failures that no call of the library tells. */
static const char *const own_words[] = { "not-tls", "closed-in-handshake",
	"truncated", "flood", "alert-unknown", "other" };

const char *tls_error_word_at(size_t i)
{
	const size_t n_alerts = sizeof alerts / sizeof *alerts;
	const size_t n_reasons = sizeof reasons / sizeof *reasons;

	if (i < n_alerts)
		return alerts[i].word;
	if (i < n_alerts + n_reasons)
		return reasons[i - n_alerts].word;
	i -= n_alerts + n_reasons;
	return i < sizeof own_words / sizeof *own_words ? own_words[i] : NULL;
}

/* A record starts with its type and a version 3.x (RFC 8446 §5.1); the first
 * of an old client may have the form of SSL 2 (RFC 5246 appendix E.2). */
static bool begins_as_tls(const struct tls *t)
{
	unsigned char first[3] = { 0 };

	memcpy(first, t->first, t->n_first < 3 ? t->n_first : 3);
	if (t->server && t->n_first > 2 && (first[0] & 0x80) && first[2] == 1)
		return true;
	return t->n_first == 0 || (first[0] >= 20 && first[0] <= 24 &&
	       (t->n_first == 1 || first[1] == 3));
}

void tls_fail(struct tls *t, const char *word, const char *detail)
{
	t->status = TLS_FAILED;
	t->error = word;
	snprintf(t->detail, sizeof t->detail, "%s", detail);
}

bool tls_is_plain(const struct tls *t)
{
	return !t->server && !begins_as_tls(t);
}

/*
 * The word of the library's errors, oldest first; *detail: its own words. Of
 * several the first that has a word counts: those before it are of a part
 * (ASN.1) and only say where, those behind it are of the whole ("record layer
 * failure", OpenSSL 3.2 and later).
 */
static const char *word_of_queue(const char **detail)
{
	const char *word = "other";
	unsigned long e;

	*detail = NULL;
	while ((e = libcrypto()->ERR_get_error())) {
		const char *text = libcrypto()->ERR_reason_error_string(e);
		const char *here = ERR_GET_LIB(e) == ERR_LIB_SSL ?
		    reason_word(ERR_GET_REASON(e)) : "other";

		if (strcmp(word, "other") != 0)
			continue;
		word = here;
		*detail = text;
	}
	return word;
}

void tls_note_error(struct tls *t)
{
	const char *detail;
	const char *word = word_of_queue(&detail);

	if (t->alert != TLS_ALERT_NONE)
		word = alert_word(t->alert);
	else if (!begins_as_tls(t))
		word = "not-tls";
	tls_fail(t, word, detail ? detail : "");
}
