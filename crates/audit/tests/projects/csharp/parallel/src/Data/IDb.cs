using System.Collections.Generic;

namespace Acme.Data;

public interface IDb
{
    int Execute(string sql, object? parameters = null);

    IEnumerable<dynamic> Query(string sql, object? parameters = null);
}
