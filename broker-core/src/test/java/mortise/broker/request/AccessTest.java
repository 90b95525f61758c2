package mortise.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import mortise.api.HostPort;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.Operation;
import mortise.spi.auth.Principal;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final RequestContext FROM_ANYBODY = new Anybody();

    /** Allows what it lists. */
    private record Listed(Set<Action> allowed) implements Authorizer {
        @Override
        public boolean allows(Principal principal, String host, Action action) {
            return allowed.contains(action);
        }

        @Override
        public void close() {}
    }

    @Test
    void elementsAreSiftedInTheirOrder() {
        Access access =
                new Access(
                        new Listed(
                                Set.of(
                                        Action.onTopic(Operation.READ, "a"),
                                        Action.onTopic(Operation.READ, "c"))));
        Access.Sifted<String> sifted =
                access.siftTopics(
                        FROM_ANYBODY,
                        Operation.READ,
                        List.of("a", "b", "c", "d"),
                        Function.identity());
        assertThat(sifted.allowed()).containsExactly("a", "c");
        assertThat(sifted.refused()).containsExactly("b", "d");
    }

    @Test
    void whereEverythingIsAllowedNothingIsRefused() {
        Access access = new Access(Authorizer.ALLOW_ALL);
        assertThat(access.allowsOnCluster(FROM_ANYBODY, Operation.ALTER)).isTrue();
        assertThat(
                        access.siftTopics(
                                        FROM_ANYBODY,
                                        Operation.WRITE,
                                        List.of("a"),
                                        Function.identity())
                                .refused())
                .isEmpty();
    }

    @Test
    void authorisedOperationsAreBitsByTheCodesOfTheProtocol() {
        Access some =
                new Access(
                        new Listed(
                                Set.of(
                                        Action.onTopic(Operation.READ, "a"),
                                        Action.onTopic(Operation.DESCRIBE, "a"))));
        assertThat(some.authorizedOperations(FROM_ANYBODY, ResourceType.TOPIC, "a"))
                .isEqualTo(1 << 3 | 1 << 8);
        Access all = new Access(Authorizer.ALLOW_ALL);
        // what Apache Kafka 4.3.1 reports without an authorizer
        assertThat(all.authorizedOperations(FROM_ANYBODY, ResourceType.TOPIC, "a"))
                .isEqualTo(0b1101_1111_1000);
        assertThat(
                        all.authorizedOperations(
                                FROM_ANYBODY, ResourceType.CLUSTER, Action.CLUSTER_NAME))
                .isEqualTo(0b1_1111_1010_0000);
    }

    /** A request of a client that nobody knows. */
    private static final class Anybody implements RequestContext {
        @Override
        public ApiKey apiKey() {
            return ApiKey.METADATA;
        }

        @Override
        public short apiVersion() {
            return 0;
        }

        @Override
        public int correlationId() {
            return 0;
        }

        @Override
        public String clientId() {
            return "anybody";
        }

        @Override
        public Principal principal() {
            return Principal.ANONYMOUS;
        }

        @Override
        public String clientHost() {
            return "127.0.0.1";
        }

        @Override
        public long connectionId() {
            return 0;
        }

        @Override
        public InetSocketAddress localAddress() {
            return InetSocketAddress.createUnresolved("localhost", 9092);
        }

        @Override
        public ListenerEndpoint listener() {
            return new ListenerEndpoint("PLAINTEXT", new HostPort("localhost", 9092), null);
        }

        @Override
        public long receivedNanos() {
            return 0;
        }

        @Override
        public int sizeInBytes() {
            return 0;
        }

        @Override
        public ByteBuffer body() {
            return ByteBuffer.allocate(0);
        }

        @Override
        public boolean connectionClosed() {
            return false;
        }

        @Override
        public void whenConnectionClosed(Runnable action) {}

        @Override
        public void retain() {}

        @Override
        public void release() {}

        @Override
        public void orderingPointPassed() {}

        @Override
        public void respond(ApiMessage response) {}

        @Override
        public void respondNothing() {}

        @Override
        public void closeConnection(String reason) {}

        @Override
        public void execute(Runnable action) {
            action.run();
        }
    }
}
