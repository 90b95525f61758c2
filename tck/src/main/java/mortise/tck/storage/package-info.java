/**
 * The conformance kit of storage plugins.
 *
 * <p>An author writes one test class per contract, each with one method:
 *
 * <pre>{@code
 * class MyStoreTest implements StorageContract {
 *     @Override
 *     public StorageProvider provider() {
 *         return new MyProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>{@link mortise.tck.storage.StorageContract} holds for every store; {@link
 * mortise.tck.storage.StorageCrashContract} for those that declare {@link
 * mortise.spi.Capability#DURABLE} and keep their data below their data directory.
 */
package mortise.tck.storage;
