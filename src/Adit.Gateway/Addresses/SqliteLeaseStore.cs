using System.Globalization;
using Adit.Core;
using Microsoft.Data.Sqlite;

namespace Adit.Gateway.Addresses;

/// <summary>Leases in a file of SQLite's, for the owner only (mode 0600). Written through: each change is on the disk when it returns.</summary>
public sealed class SqliteLeaseStore : IAddressLeaseStore
{
    private readonly string _path;
    private readonly SqliteConnection _connection;

    private SqliteLeaseStore(string path, SqliteConnection connection) => (_path, _connection) = (path, connection);

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <param name="path">Where.</param>
    /// <exception cref="TunnelException">It cannot be opened, or is something else.</exception>
    public static SqliteLeaseStore Open(string path)
    {
        try
        {
            // Before SQLite makes it by the umask; its journal takes the same mode.
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: address leases: {e.Message}", inner: e);
        }

        SQLitePCL.Batteries_V2.Init(); // by name, so that trimming keeps it
        var store = new SqliteLeaseStore(path, new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString()));
        try
        {
            store.Try(() => store._connection.Open());
            store.Run("PRAGMA synchronous=NORMAL");
            store.Run("CREATE TABLE IF NOT EXISTS lease (number INTEGER PRIMARY KEY, owner TEXT NOT NULL, used INTEGER NOT NULL) STRICT");
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<AddressLease> Load()
    {
        var all = new List<AddressLease>();
        Try(() =>
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT number, owner, used FROM lease WHERE number BETWEEN {AddressPool.First} AND {AddressPool.Most} ORDER BY number");
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read()) all.Add(new AddressLease(reader.GetInt32(0), reader.GetString(1), DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(reader.GetInt64(2), 0, 253_402_300_799))));
        });
        return all;
    }

    /// <inheritdoc/>
    public void Save(AddressLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        Run("INSERT INTO lease (number, owner, used) VALUES ($number, $owner, $used) ON CONFLICT (number) DO UPDATE SET owner = $owner, used = $used",
            ("$number", lease.Number), ("$owner", lease.Owner), ("$used", lease.LastUsed.ToUnixTimeSeconds()));
    }

    /// <inheritdoc/>
    public void Remove(int number) => Run("DELETE FROM lease WHERE number = $number", ("$number", number));

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Run(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object value) in parameters) command.Parameters.AddWithValue(name, value);
        Try(() => command.ExecuteNonQuery());
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (SqliteException e)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{_path}: address leases: {e.Message}", inner: e);
        }
    }
}
