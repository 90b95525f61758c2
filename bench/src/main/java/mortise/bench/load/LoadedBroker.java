package mortise.bench.load;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.api.HostPort;

/**
 * The broker that a load is put on.
 *
 * @param pid its process, if it runs on this machine
 * @param data its data directory, if it is on this machine and known
 * @param metrics where its Prometheus page is, if the stages of its requests are to be read
 */
public record LoadedBroker(
        HostPort address, OptionalLong pid, Optional<Path> data, Optional<HostPort> metrics) {
    /** A broker whose files are not seen and whose stages are not read. */
    public static LoadedBroker of(HostPort address, OptionalLong pid) {
        return new LoadedBroker(address, pid, Optional.empty(), Optional.empty());
    }
}
