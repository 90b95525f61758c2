package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.MoveContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The kit's contract of moves can fail: each flaw of a store's moves is found. */
class FlawedMovesTest {
    private enum Flaw {
        REPLACEMENTS_DO_NOTHING,
        DROPS_DO_NOTHING,
        UNEQUAL_LOGS_ARE_TAKEN,
        FUTURE_LOGS_ARE_NOT_TOLD
    }

    @Test
    void flawsAreFound() {
        finds(Flaw.REPLACEMENTS_DO_NOTHING, MoveContract::aLogThatHasMovedIsTheSame);
        finds(Flaw.FUTURE_LOGS_ARE_NOT_TOLD, MoveContract::aLogThatHasMovedIsTheSame);
        finds(Flaw.DROPS_DO_NOTHING, MoveContract::aFutureLogSurvivesAStopAndIsDroppedForGood);
        finds(Flaw.UNEQUAL_LOGS_ARE_TAKEN, MoveContract::aCopyThatLacksSomethingIsRefused);
    }

    private static void finds(Flaw flaw, Consumer<MoveContract> promise) {
        assertThatThrownBy(() -> promise.accept(contract(flaw)))
                .as("%s", flaw)
                .isInstanceOf(AssertionError.class);
        assertThatCode(() -> promise.accept(contract(null)))
                .as("without %s", flaw)
                .doesNotThrowAnyException();
    }

    private static MoveContract contract(@Nullable Flaw flaw) {
        return new MoveContract() {
            @Override
            public StorageProvider provider() {
                return new Flawed(flaw);
            }

            @Override
            public Map<String, String> severalDirectories() {
                return Map.of("storage.local.directories", "a,b");
            }
        };
    }

    /** The local storage with a flaw in its moves. */
    private record Flawed(@Nullable Flaw flaw) implements StorageProvider {
        private static final LocalStorageProvider SOUND = new LocalStorageProvider();

        @Override
        public String name() {
            return "flawed";
        }

        @Override
        public ConfigSchema config() {
            return SOUND.config();
        }

        @Override
        public Set<Capability> capabilities() {
            return SOUND.capabilities();
        }

        @Override
        public LogStore create(Config config, PluginContext context) {
            return new FlawedStore(SOUND.create(config, context), flaw);
        }
    }

    /** A store that passes everything on but what its flaw is about. */
    private record FlawedStore(LogStore sound, @Nullable Flaw flaw) implements LogStore, LogMoves {
        private LogMoves soundMoves() {
            return sound.moves().orElseThrow();
        }

        @Override
        public Optional<LogMoves> moves() {
            return Optional.of(this);
        }

        @Override
        public List<FutureLog> futures() {
            return flaw == Flaw.FUTURE_LOGS_ARE_NOT_TOLD ? List.of() : soundMoves().futures();
        }

        @Override
        public PartitionLog begin(LogId id, LogDirectory directory, LogSettings settings) {
            return soundMoves().begin(id, directory, settings);
        }

        @Override
        public void drop(LogId id) {
            if (flaw != Flaw.DROPS_DO_NOTHING) {
                soundMoves().drop(id);
            }
        }

        @Override
        public void replace(LogId id) {
            if (flaw == Flaw.REPLACEMENTS_DO_NOTHING) {
                return;
            }
            try {
                soundMoves().replace(id);
            } catch (IllegalStateException unequal) {
                if (flaw != Flaw.UNEQUAL_LOGS_ARE_TAKEN) {
                    throw unequal;
                }
            }
        }

        @Override
        public void start() {
            sound.start();
        }

        @Override
        public List<LogId> stored() {
            return sound.stored();
        }

        @Override
        public PartitionLog open(LogId id, LogSettings settings) {
            return sound.open(id, settings);
        }

        @Override
        public void delete(LogId id) {
            sound.delete(id);
        }

        @Override
        public List<LogDirectory> directories() {
            return sound.directories();
        }

        @Override
        public void close() {
            sound.close();
        }
    }
}
