#!/usr/bin/env bash
# Brings Apache Kafka's jars from Maven Central into the cache, once: a real broker for tests and benches.
# Where they cannot be had it says so and is content: the tests then run on librdkafka's mock cluster.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

pom=scripts/kafka/pom.xml
libs=$(kafka_libs)

without() {
  say "no Apache Kafka ($1); tests run on librdkafka's mock cluster instead"
  exit 0
}

java_is_new_enough() { have java && java --version 2>/dev/null | awk 'NR == 1 { exit !($2 + 0 >= 17) }'; }

# In a subshell each, as a package that cannot be had ends the shell that asks for it.
java_is_new_enough || (apt_install "Java for Kafka" default-jre-headless) || without "no Java"
java_is_new_enough || without "it needs Java 17 or newer"
cmp -s "$pom" "$libs/pom.xml" && exit 0
have mvn || (apt_install "Maven, which fetches Kafka" maven) || without "no Maven"

say "fetching Apache Kafka $(kafka_version) into $libs"
fetched="$libs.new"
rm -rf "$fetched"
timeout 600 mvn --quiet --batch-mode -Dstyle.color=never --file "$pom" dependency:copy-dependencies -DoutputDirectory="$fetched" >&2 ||
  without "Maven could not fetch it"
# Last, so that what was fetched in part is fetched again.
rm -rf "$libs"
mv "$fetched" "$libs"
cp "$pom" "$libs/pom.xml"
