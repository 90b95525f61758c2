package mortise.tck.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mortise.api.config.Config;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.tck.sim.SimContext;

/** A started member and the state that it fed. Closes the member. */
final class Member implements AutoCloseable {
    private final SimContext context;
    private final MetadataQuorum quorum;
    private final HeardState state;

    private Member(SimContext context, MetadataQuorum quorum, HeardState state) {
        this.context = context;
        this.quorum = quorum;
        this.state = state;
    }

    /** Starts a member; what it is handed is closed if that fails. */
    static Member start(
            ConsensusProvider provider, Map<String, String> settings, SimContext context) {
        MetadataQuorum quorum = provider.create(Config.of(provider.config(), settings), context);
        HeardState state = new HeardState();
        try {
            quorum.start();
            quorum.start(state);
        } catch (RuntimeException | Error e) {
            quorum.close();
            throw e;
        } catch (Exception e) {
            quorum.close();
            throw new AssertionError("start of the quorum failed", e);
        }
        return new Member(context, quorum, state);
    }

    static Member start(QuorumUnderTest kit, SimContext context) {
        return start(kit.provider(), kit.settings(), context);
    }

    MetadataQuorum quorum() {
        return quorum;
    }

    HeardState state() {
        return state;
    }

    SimContext context() {
        return context;
    }

    /** Waits until this member leads, and gives the epoch. */
    int epoch() {
        return context.await(state.leading()).epoch();
    }

    CompletionStage<ProposeOutcome> propose(int epoch, String... records) {
        return quorum.propose(epoch, bytes(records));
    }

    static List<byte[]> bytes(String... records) {
        return Arrays.stream(records)
                .map(record -> record.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Proposes an entry and waits until it is committed. */
    long commit(String... records) {
        ProposeOutcome outcome = context.await(propose(epoch(), records));
        return switch (outcome) {
            case ProposeOutcome.Committed committed -> committed.index();
            case ProposeOutcome.Refused refused ->
                    throw new AssertionError("refused: " + refused.reason());
            case ProposeOutcome.Indeterminate unknown ->
                    throw new AssertionError("indeterminate: " + unknown.reason());
        };
    }

    /** The listener's contract was kept so far. */
    void check() {
        assertThat(state.problems()).as("breaches of the listener's contract").isEmpty();
    }

    @Override
    public void close() {
        quorum.close();
    }
}
