#!/bin/sh
# mortise publish [--to DIR]: builds what mortise-bom lists, with sources, and installs it into the user's Maven
# repository or publishes it into a directory, which is a repository then. Called by ./mortise with a JDK in JAVA_HOME.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
version=$(sed -n 's/.*<version>\(.*\)<\/version>.*/\1/p' "$here/bom/pom.xml" | head -n 1)

usage() {
    echo "usage: mortise publish [--to DIR]   (without --to: into the Maven repository of the user)" >&2
    exit 2
}

directory=
while [ $# -gt 0 ]; do
    case $1 in
        --to)
            [ $# -ge 2 ] && [ -n "$2" ] || usage
            directory=$2
            shift 2
            ;;
        --to=?*)
            directory=${1#--to=}
            shift
            ;;
        *) usage ;;
    esac
done

if [ -n "$directory" ]; then
    mkdir -p -- "$directory" || exit 1
    directory=$(CDPATH= cd -- "$directory" && pwd -P)
    place="file://$(printf '%s' "$directory" | sed 's/%/%25/g; s/ /%20/g; s/#/%23/g')"
    goal=deploy
else
    goal=install
fi

# What the bill of materials lists is what is published; what is built on the way to it is not.
modules=:mortise-bom,:mortise-parent
artifacts=1
for artifact in $(sed -n 's/.*<artifactId>\(mortise-[a-z0-9-]*\)<\/artifactId><version>.*/\1/p' "$here/bom/pom.xml"); do
    modules=$modules,:$artifact
    artifacts=$((artifacts + 1))
done

echo "mortise: building and publishing $artifacts artifacts (the first time takes some minutes)" >&2
log=$here/bom/target/publish.log
mkdir -p "$here/bom/target"
set -- -q -Dquick -Dpublish -f "$here/pom.xml" -pl "$modules" -am
# Maven installs whatever it deploys, unless it is told not to: the directory that was asked for has the artifacts, and
# nothing else. The user's repository remembers what was deployed where by the ID, which nothing else may have.
if [ -n "$directory" ]; then set -- "$@" "-DaltDeploymentRepository=mortise-published::$place" -Dmaven.install.skip=true; fi
if ! "$here/mvnw" "$@" "$goal" > "$log" 2>&1; then
    grep -E 'ERROR' "$log" | head -n 20 >&2
    echo "mortise: nothing is sure to be published; all of the build's output is in $log" >&2
    exit 70
fi

if [ -n "$directory" ]; then
    cat << END
published io.mortise:*:$version into $directory, a Maven repository now
  Maven   <repositories><repository><id>mortise</id><url>$place</url></repository></repositories>
  Gradle  repositories { maven { url = uri("$place") } }
END
else
    cat << END
published io.mortise:*:$version into the Maven repository of this user
  Maven   finds it there
  Gradle  repositories { mavenLocal() }
END
fi
cat << END
in a test (Java 17 and newer)
  Maven   <dependency><groupId>io.mortise</groupId><artifactId>mortise-junit</artifactId><version>$version</version><scope>test</scope></dependency>
  Gradle  testImplementation("io.mortise:mortise-junit:$version")
in a program (Java 25)
  Maven   <dependency><groupId>io.mortise</groupId><artifactId>mortise-embedded</artifactId><version>$version</version></dependency>
  Gradle  implementation("io.mortise:mortise-embedded:$version")
io.mortise:mortise-bom:$version has the versions of all others; docs/embedding.md says more
END
