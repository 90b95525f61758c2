package mortise.tck.storage;

/**
 * What every store does, whatever it is made of. What a store need not be able to do is tested if
 * it declares the capability, and else skipped.
 */
public interface StorageContract
        extends AppendContract,
                ReadContract,
                TruncationContract,
                TimestampContract,
                RetentionContract,
                CompactionContract,
                AbortedTransactionsContract,
                SidecarContract,
                LifecycleContract,
                ConcurrencyContract,
                FullDiskContract,
                FailureContract {}
