package mortise.dist.assembly;

import java.util.ArrayList;
import java.util.List;

/** The recipe of a container image of an assembled broker. */
final class Containerfile {
    /** The file's name in the directory. */
    static final String NAME = "Containerfile";

    private static final String HOME = "/opt/mortise";

    private Containerfile() {}

    /**
     * The recipe's text.
     *
     * @param parts the files and directories of the assembled broker that go into the image
     * @param runtime whether it has a JVM of its own; without, the base image brings one
     */
    static String text(List<String> parts, boolean runtime) {
        List<String> lines = new ArrayList<>();
        lines.add("# A container image of this broker. In this directory:");
        lines.add("#   podman build -t my-broker -f Containerfile .      (or docker build)");
        lines.add("#   podman run -p 9092:9092 -v broker-data:/var/lib/mortise my-broker \\");
        lines.add("#       start --listen 0.0.0.0:9092 --advertise localhost:9092");
        lines.add("# --advertise is what clients outside the container are told to connect to.");
        lines.add(
                runtime
                        ? "# The base needs glibc, a shell and coreutils: the JVM is in this directory."
                        : "# The base brings the JVM; assemble with --runtime for an image without a JDK's base.");
        lines.add(
                "FROM "
                        + (runtime
                                ? "docker.io/library/debian:stable-slim"
                                : "docker.io/library/eclipse-temurin:25-jre"));
        for (String part : parts) {
            lines.add("COPY " + part + " " + HOME + "/" + part);
        }
        lines.add("RUN install -d -o 10001 -g 10001 /var/lib/mortise");
        lines.add("USER 10001:10001");
        lines.add("WORKDIR /var/lib/mortise");
        lines.add("VOLUME /var/lib/mortise");
        lines.add("ENV MORTISE_DATA__DIRECTORY=/var/lib/mortise/data");
        lines.add("EXPOSE 9092");
        lines.add("STOPSIGNAL SIGTERM");
        lines.add("ENTRYPOINT [\"" + HOME + "/mortise\"]");
        lines.add("CMD [\"start\", \"--listen\", \"0.0.0.0:9092\"]");
        return String.join("\n", lines) + "\n";
    }
}
