package mortise.bench.machine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import mortise.api.HostPort;

/** Which process of this machine listens on a port, as {@code /proc} tells. */
public final class Listener {
    private static final String LISTENING = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private Listener() {}

    /** The process, if it is on this machine and may be seen. */
    public static OptionalLong pid(HostPort address) {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(file -> inode(Path.of(file), address.port()).stream())
                .map(Listener::owner)
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private static Optional<String> inode(Path table, int port) {
        String wanted = String.format(Locale.ROOT, ":%04X", port);
        try (Stream<String> lines = Files.lines(table)) {
            return lines.map(line -> line.strip().split(" +", -1))
                    .filter(fields ->
                            fields.length > INODE
                                    && fields[STATE].equals(LISTENING)
                                    && fields[LOCAL_ADDRESS].endsWith(wanted))
                    .map(fields -> fields[INODE])
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static OptionalLong owner(String inode) {
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, "socket:[" + inode + "]")) {
                    return OptionalLong.of(Long.parseLong(String.valueOf(process.getFileName())));
                }
            }
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }

    private static boolean holds(Path process, String socket) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
        } catch (IOException goneOrForbidden) {
            return false;
        }
        return false;
    }
}
