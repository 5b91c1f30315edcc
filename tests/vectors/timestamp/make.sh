#!/bin/sh
# Makes authorities and tokens with OpenSSL 3, in a folder that must be new: sh make.sh NEW-FOLDER
set -eu
mkdir "$1"
cp message.txt "$1"
cd "$1"
cat > openssl.cnf <<'END'
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[signer]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[stamp]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
clock_precision_digits = 3
ess_cert_id_alg = sha256
[stamp_sha1]
serial = ./serial
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha1
END
export OPENSSL_CONF=openssl.cnf
make() { # name, section, options of the key …
    name=$1 section=$2; shift 2
    for part in root signer; do
        openssl genpkey "$@" -out "$name-$part.key"
        openssl req -new -key "$name-$part.key" -utf8 -subj "/O=测试/CN=时间戳 $name $part" -out "$name-$part.csr"
    done
    openssl x509 -req -in "$name-root.csr" -signkey "$name-root.key" -days 7300 -extfile openssl.cnf -extensions root -out "$name-root.pem"
    openssl x509 -req -in "$name-signer.csr" -CA "$name-root.pem" -CAkey "$name-root.key" -set_serial 2 -days 7300 \
        -extfile openssl.cnf -extensions signer -out "$name-signer.pem"
    openssl ts -reply -queryfile query -section "$section" -signer "$name-signer.pem" -inkey "$name-signer.key" -sha256 -out "$name.tsr"
    for part in root signer; do
        openssl x509 -in "$name-$part.pem" -outform DER -out "$name-$part.der"
    done
    openssl ts -verify -data message.txt -in "$name.tsr" -CAfile "$name-root.pem" -untrusted "$name-signer.pem"
    openssl ts -reply -in "$name.tsr" -text | grep 'Time stamp'
}
openssl ts -query -data message.txt -sha256 -cert -no_nonce -out request.tsq
cp request.tsq query
make rsa stamp -algorithm RSA -pkeyopt rsa_keygen_bits:2048
make p256 stamp_sha1 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
# Without the certificate, and the token alone.
openssl ts -query -data message.txt -sha256 -no_nonce -out query
make p384 stamp -algorithm EC -pkeyopt ec_paramgen_curve:P-384
openssl ts -reply -in p384.tsr -token_out -out p384.token
